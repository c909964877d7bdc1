export * from './schema';
export * from './presets';
export * from './sizes';
export * from './configure';
export * from './changes';
export * from './keys';
export * from './parts';
export { clipFrames } from './consistency';
export * from './variants';
