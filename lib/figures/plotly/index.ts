export * from './figure';
export * from './scene';
export * from './traces';
