export * from './compile';
export { TraceError } from './recorder';
export { flattenTree } from './tree';
