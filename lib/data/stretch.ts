import { BadMedia } from '../media';
import type { MediaEntry } from './types';

/** What of a file is meant. */
export type Stretch = Pick<MediaEntry, 'path' | 'startSeconds' | 'endSeconds'>;

/** A file of which a window cannot be decoded, though others may be: it says nothing of the file as a whole. */
export class BadWindow extends BadMedia {}

/** What went wrong while a window of a usable file was read. */
export function inWindow(error: unknown): unknown {
  return error instanceof BadMedia ? new BadWindow(error.path, error.reason) : error;
}

/**
 * How long the stretch of a file is that an entry means, the whole file where it names none.
 *
 * @param fileSeconds how long the file says it is; null if it does not
 * @returns null if not known [s]
 * @throws BadMedia where the stretch begins beyond the file's end
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
