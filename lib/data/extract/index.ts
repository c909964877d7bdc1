export { chooseShard, type ShardChoice, type ShardChoiceArgs } from './shardChoice';
export { extractDataset, type ExtractArgs, type ExtractPlan, type ExtractSummary } from './extract';
export { mergeExtraction, type MergeSummary } from './merge';
export { extractedStreams, type ExtractedStreams } from './extractedStreams';
