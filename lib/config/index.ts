export * from './schema';
export * from './presets';
export * from './sizes';
export * from './configure';
export * from './keys';
export * from './parts';
export { clipFrames } from './consistency';
export * from './variants';
