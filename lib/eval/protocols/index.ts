export * from './protocol';
export * from './networkHash';
export * from './holdout';
export * from './checkDataset';
