import { BadMedia } from './badMedia';

/**
 * Tracks of a file to use, by number from 1. 0, the default, means the track that the file marks as its
 * default, or the first if it marks none. Covers and thumbnails are not tracks.
 */
export interface Tracks {
  readonly video?: number;
  readonly audio?: number;
}

/**
 * Position of the track to use among the available ones.
 *
 * @param marked for each of them, true if the file marks it as its default
 * @returns null if there are none
 * @throws BadMedia if the requested track does not exist
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
