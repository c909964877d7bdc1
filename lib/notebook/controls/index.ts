export * from './controlPanel';
export type { FieldControl } from './fieldControl';
export * from './switchPanel';
