export * from './atomicWrite';
export * from './csv';
export * from './fileError';
export * from './metrics';
export * from './openTensorFile';
export * from './safetensors';
export type { StoredType, TensorEntry } from './safetensorsHeader';
export type { StoredTensor, TensorFile, TensorInfo } from './tensorFile';
export type { TensorType, TensorValues } from './tensorCodec';
