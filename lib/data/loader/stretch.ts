import { basename } from 'node:path';
import { BadMedia } from '../../media';
import type { MediaEntry } from '../types';

/** The selected part of a file. */
export type Stretch = Pick<MediaEntry, 'path' | 'startSeconds' | 'endSeconds'>;

/**
 * Thrown if a window of a file cannot be decoded, though others may be; it does not condemn the whole file.
 */
export class BadWindow extends BadMedia {}

/** Wraps an error that occurred while reading a window of a usable file. */
export function inWindow(error: unknown): unknown {
  return error instanceof BadMedia ? new BadWindow(error.path, error.reason) : error;
}

/**
 * Why a clip cannot be used, as the end of a sentence about the file with its pictures; names the file with its sound if
 * that is a separate one and the fault is there.
 */
export function reasonOf({ path, reason }: BadMedia, clip: Pick<MediaEntry, 'path'>): string {
  return path === clip.path ? reason : `goes with the sound ${basename(path)}, which ${reason}`;
}

/**
 * Length of the part of a file that an entry selects; of the whole file if it selects none [s].
 *
 * @param fileSeconds length that the file states; null if it states none
 * @returns null if unknown [s]
 * @throws BadMedia if the part begins beyond the file's end
 */
export function stretchOf(
  { path, startSeconds = 0, endSeconds }: Stretch,
  fileSeconds: number | null,
): number | null {
  if (fileSeconds === null) return null;
  if (startSeconds >= fileSeconds && startSeconds > 0) {
    throw new BadMedia(path, `lasts ${fileSeconds} s, so there is nothing of it at ${startSeconds} s`);
  }
  return Math.min(fileSeconds, endSeconds ?? Infinity) - startSeconds;
}
