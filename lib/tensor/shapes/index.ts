export { type MakeInput, type RecordedOp, recordOps } from './recordOps';
export { isTransposed } from './shapeRules';
