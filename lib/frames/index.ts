export { readAblation } from './ablation';
export { dataFrame, type ColumnType, type DataFrameArgs, type FrameCell } from './dataFrame';
export { datasetFrame } from './dataset';
export { readMetrics, type RunWithFolder } from './metrics';
export { readReport } from './report';
