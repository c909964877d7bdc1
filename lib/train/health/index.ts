export * from './measures';
export * from './figures';
export * from './probe';
export * from './plan';
export * from './observation';
export type { Evidence, HealthFacts, HealthRule, Verdict } from './rule';
export * from './rules';
export * from './judge';
export * from './watch';
