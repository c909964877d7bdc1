/*
 * All names of the library's folders, for the tests and for programs that extend it. Notebooks need only `xkd`.
 */
export * from '../errors';
export * from '../random';
export * from '../shown';
export { maskKinds, type MaskKind } from '../masks';
export * from '../config';
export * from '../files';
export * from '../nn';
export * from '../model';
export * from '../losses';
export * from '../parity';
export * from '../train';
export * from '../weights';
export * from '../media';
export * from '../data';
export * from '../inspection';
export * from '../figures';
export type { FrameLike, TableArgs } from '../table';
export * from '../notebook';
export { nativeInfo, tf, type NativeInfo } from '../tensor/native';
export * from '../eval';
export * from '../ablation';
export * from '../frames';
export * from '../tensorboard';
export * from '../ranks';
