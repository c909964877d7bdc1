export { storedFeatures, rowsOf, type StoredFeatures, type StoredFeaturesArgs } from './storedFeatures';
export { matrixOf, rowsInMemory, type RowSource } from './rows';
