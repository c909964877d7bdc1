export * from './launch';
export * from './launched';
export * from './pmi';
export * from './share';
export * from './world';
export * from './agreement';
export * from './remarks';
