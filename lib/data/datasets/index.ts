export { knownDatasets, type KnownDataset } from './layout';
export { publishedCounts, type PublishedCounts } from './published';
export { kineticsSoundClasses } from './kineticsSoundClasses';
