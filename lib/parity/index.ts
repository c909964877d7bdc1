export * from './compare';
export * from './goldenCase';
export * from './parity';
export * from './openCase';
