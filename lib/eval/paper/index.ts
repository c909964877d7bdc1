export * from './paperFigures';
export * from './paperRow';
export * from './paperVariants';
