export * from './describeConfig';
export type { MemoryEstimate } from './memory';
export type { ParameterCounts, ParameterPart } from './parameterParts';
export { type Flops, probeShare } from './stepCost';
export type { TokenCounts } from './tokens';
