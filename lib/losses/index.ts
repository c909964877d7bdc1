export * from './reconstruction';
export * from './mmd';
export * from './distillation';
export * from './total';
export * from './classification';
