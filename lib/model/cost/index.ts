export * from './describeConfig';
export type { MemoryEstimate } from './memory';
export type { ParameterCounts, ParameterPart } from './parameterParts';
export type { Flops } from './products';
export type { TokenCounts } from './tokens';
export * from './probeCost';
