import type { Precision } from './rounding';

/** How a function is traced. */
export interface TraceSettings {
  readonly precision: Precision;
  /** True if saving memory is worth a little time: cheap values are then recomputed in the backward pass. */
  readonly savesMemory: boolean;
}
