export * from './types';
export * from './sample';
export { datasetNames, openDataset, type DatasetArgs, type DatasetName } from './dataset';
export * from './datasets';
export * from './survey';
export type { IndexColumns } from './lists/indexFile';
export { foldsOfSplits } from './lists/folds';
export { audioExtensions, videoExtensions } from './lists/mediaNames';
export * from './extract';
export { pretrainingEntries, type PretrainingEntries } from './lists/usableEntries';
export { openLoader, type Loader, type LoaderArgs } from './loader/loader';
export {
  LabelledLoader,
  batchesPerEpoch,
  type LabelledBatch,
  type LabelledLoaderArgs,
} from './loader/labelledLoader';
export { evaluationBatches, type EvaluationArgs } from './evaluation';
export { entryName, middleClip, type ClipAugmentation, type ClipPlan } from './loader/clipPlan';
export { shufflePairs } from './loader/shufflePairs';
export { openClipPool, type ClipPool } from './loader/pool';
export { LogMel, type LogMelArgs } from './spectrogram/logMel';
export { melFilterbank, type MelFilterbank, type MelFilterbankArgs } from './spectrogram/melFilterbank';
export * from './augment';
export * from './sample';
