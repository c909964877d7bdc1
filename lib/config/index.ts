export * from './schema';
export * from './presets';
export * from './sizes';
export * from './configure';
export {
  flattenConfig,
  overrideKeys,
  parseOverrides,
  type NamedOverrides,
  type Override,
  type OverrideKey,
  type Overrides,
} from './overrides';
export * from './changes';
export * from './clipIdentity';
export * from './hubWords';
export * from './keys';
export * from './live';
export type { Span } from './span';
export * from './lossTable';
export * from './lossLookups';
export * from './parts';
export * from './structure';
export * from './teacherKinds';
export * from './grid';
export * from './variants';
