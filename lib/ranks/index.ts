export * from './launch';
export * from './launched';
export * from './world';
export * from './agreement';
export * from './remarks';
