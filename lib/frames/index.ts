export { readAblation } from './ablation';
export {
  dataFrame,
  merge,
  type ColumnType,
  type DataFrameArgs,
  type FrameCell,
  type MergeArgs,
} from './dataFrame';
export { datasetFrame } from './dataset';
export { readMetrics, type RunWithFolder } from './metrics';
export { readReport } from './report';
