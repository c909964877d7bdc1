export * from './weightSet';
export * from './backbone';
export * from './releaseState';
export * from './initialState';
export * from './convert';
export * from './inspect';
