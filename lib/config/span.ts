import { z } from 'zod';

/** Range in which a number is worth trying during a run. The schema's bounds only exclude what makes no sense at all. */
export interface Span {
  readonly from: number;
  readonly to: number;
  /** Smallest change; on a logarithmic scale, in powers of ten. */
  readonly step: number;
  /** Default: linear. */
  readonly scale?: 'linear' | 'log';
}

/** The spans of keys in the schema. */
export const spans = z.registry<Span>();
