export * from './state';
export * from './schedules';
export * from './clip';
export * from './adamw';
export * from './ema';
export * from './step';
