export * from './protocol';
export * from './holdout';
export * from './checkDataset';
