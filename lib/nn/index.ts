export * from './weights';
export * from './linear';
export * from './layerNorm';
export * from './gelu';
export * from './attention';
export * from './transformer';
export * from './patchify';
export * from './positions';
