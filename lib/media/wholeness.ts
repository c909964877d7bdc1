import { BadMedia } from './badMedia';

/** A file may end this much before its announced end [s]. */
const leastMissingSeconds = 0.5;
const mostMissingShare = 0.1;

export interface Lengths {
  /** Announced length; 0 if there is none [s]. */
  readonly stated: number;
  /** Where the last of all streams ends [s]. */
  readonly reached: number;
  /** Where the pictures and sound that are used end [s]. */
  readonly held: number;
}

/** @throws BadMedia if a file ends well before its announced end */
export function requireWhole(path: string, { stated, reached, held }: Lengths): void {
  const missing = stated - reached;
  if (missing <= Math.max(leastMissingSeconds, mostMissingShare * stated)) return;
  throw new BadMedia(
    path,
    `is truncated: it holds ${held.toFixed(1)} s of the ${stated.toFixed(1)} s it announces`,
  );
}

/** The reason for refusing a file without any packets. */
export function emptyReason({ video, audio }: { readonly video: unknown; readonly audio: unknown }): string {
  if (video && audio) return 'holds no pictures and no sound: its streams are empty';
  return video ? 'holds no pictures: its video stream is empty' : 'holds no sound: its audio stream is empty';
}

/** Rounded to remove floating-point error, because whole frames are counted from the result. */
export function inMicroseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}
