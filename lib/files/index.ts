export * from './atomicWrite';
export * from './csv';
export * from './fileError';
export * from './metrics';
export * from './safetensors';
export type { StoredType, TensorEntry } from './safetensorsHeader';
export type { TensorType, TensorValues } from './tensorCodec';
