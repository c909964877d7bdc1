export * from './reconstruction';
export * from './mmd';
export * from './contrastive';
export * from './distillation';
export * from './pairLosses';
export * from './total';
export * from './classification';
