import { BadMedia } from './badMedia';

/**
 * Which of a file's tracks are used: those of these numbers, from 1. 0, the default: the one that the file marks as its
 * default; where it marks none, the first. Covers and thumbnails are no tracks.
 */
export interface Tracks {
  readonly video?: number;
  readonly audio?: number;
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
  wanted = 0,
): number | null {
  const count = marked.length;
  if (count === 0) return null;
  if (wanted === 0) return Math.max(0, marked.indexOf(true));
  if (wanted <= count) return wanted - 1;
  throw new BadMedia(
    path,
    `has ${count} ${kind} ${count === 1 ? 'track' : 'tracks'}, so there is no track ${wanted}`,
  );
}
