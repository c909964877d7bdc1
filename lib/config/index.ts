export * from './schema';
export * from './presets';
export * from './configure';
export * from './keys';
export { clipFrames } from './consistency';
