export type { PublishedCounts } from './layout';
export { knownDatasets, publishedCounts, type KnownDataset } from './registry';
export { kineticsSoundClasses } from './kineticsSoundClasses';
