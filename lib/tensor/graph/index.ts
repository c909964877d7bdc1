export * from './compile';
export * from './nativeError';
export * from './program';
export { type Precision } from './rounding';
export { type SessionSettings } from './sessionSettings';
export { hasGraphs } from './graphSession';
export { TraceError } from './traceError';
export { flattenTree, leavesOf } from './tree';
