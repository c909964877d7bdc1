export * from './types';
export * from './sample';
export { datasetNames, openDataset, type DatasetArgs, type DatasetName } from './dataset';
export * from './datasets';
export * from './survey';
export type { IndexColumns } from './indexFile';
export { foldsOfSplits } from './folds';
export { audioExtensions, videoExtensions } from './mediaNames';
export * from './extract';
export { pretrainingEntries, type PretrainingEntries } from './usableEntries';
export { openLoader, type Loader, type LoaderArgs } from './loader';
export {
  LabelledLoader,
  batchesPerEpoch,
  type LabelledBatch,
  type LabelledLoaderArgs,
} from './labelledLoader';
export { evaluationBatches, type EvaluationArgs } from './evaluation';
export { entryName, middleClip, type ClipAugmentation, type ClipPlan } from './clipPlan';
export { shufflePairs } from './shufflePairs';
export { openClipPool, type ClipPool } from './pool';
export { LogMel, type LogMelArgs } from './logMel';
export { melFilterbank, type MelFilterbank, type MelFilterbankArgs } from './melFilterbank';
export * from './augment';
export * from './sample';
