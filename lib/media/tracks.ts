import { BadMedia } from './badMedia';

/**
 * Which of a file's tracks of one kind is used: the one that it marks as its default (where it marks none, the first),
 * or the one of this number, from 1. Covers and thumbnails are no tracks.
 */
export type Track = 'default' | number;

export interface Tracks {
  /** Default: `default`. */
  readonly video?: Track;
  readonly audio?: Track;
}

/**
 * The position of the track that is used among those there are.
 *
 * @param marked for each of them, whether the file marks it as its default
 * @returns null where there are none
 * @throws BadMedia where the one that is asked for is not there
 */
export function chooseTrack(
  path: string,
  kind: 'video' | 'audio',
  marked: readonly boolean[],
  wanted: Track = 'default',
): number | null {
  const count = marked.length;
  if (count === 0) return null;
  if (wanted === 'default') return Math.max(0, marked.indexOf(true));
  if (wanted <= count) return wanted - 1;
  throw new BadMedia(
    path,
    `has ${count} ${kind} ${count === 1 ? 'track' : 'tracks'}, so there is no track ${wanted}`,
  );
}
