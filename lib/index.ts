export * from './errors';
export * from './random';
export * from './config';
export * from './files';
