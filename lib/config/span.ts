import { z } from 'zod';

/** Where a number is worth trying while a run is under way; the schema's bounds tell only what makes sense at all. */
export interface Span {
  readonly from: number;
  readonly to: number;
  /** Smallest change; on a logarithmic scale in powers of ten. */
  readonly step: number;
  /** Default: linear. */
  readonly scale?: 'linear' | 'log';
}

/** The spans of the schema's keys. */
export const spans = z.registry<Span>();
