export * from './compile';
export { TraceError } from './recorder';
