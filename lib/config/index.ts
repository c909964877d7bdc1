export * from './schema';
export * from './presets';
export * from './configure';
export { clipFrames } from './consistency';
