import { extname } from 'node:path';
import type { Modality } from '../../config';
import { kindByHead } from './mediaHeads';
import type { MediaEntry } from '../types';

/** File extensions of videos. */
export const videoExtensions: readonly string[] = [
  '.mp4',
  '.m4v',
  '.mkv',
  '.webm',
  '.avi',
  '.mov',
  '.mpg',
  '.mpeg',
  '.flv',
  '.wmv',
  '.asf',
  '.3gp',
  '.3g2',
  '.ts',
  '.mts',
  '.m2ts',
  '.vob',
  '.ogv',
  '.f4v',
  '.mxf',
  '.gif',
];

/** Extensions also used for other files (TypeScript's); such files must begin like MPEG transport streams. */
export const sharedExtensions: readonly string[] = ['.ts', '.mts'];

/** File extensions of sound without pictures. */
export const audioExtensions: readonly string[] = [
  '.wav',
  '.flac',
  '.ogg',
  '.oga',
  '.opus',
  '.mp3',
  '.mp2',
  '.m4a',
  '.m4b',
  '.mka',
  '.aac',
  '.ac3',
  '.aif',
  '.aiff',
  '.wma',
  '.amr',
  '.au',
  '.caf',
];

/** Extensions of files that are certainly neither videos nor sounds, and often numerous beside them. */
export const foreignExtensions: ReadonlySet<string> = new Set(
  'jpg jpeg png bmp webp tif tiff svg txt csv tsv json jsonl xml yaml yml md html pdf srt vtt ass npy npz pkl pt pth h5 hdf5 zip tar gz py m sh db log'
    .split(' ')
    .map((ending) => `.${ending}`),
);

/** True if a file holds only sound, judging by its name or, if that is inconclusive, its first bytes. */
export function isSoundAlone({ path }: Pick<MediaEntry, 'path'>): boolean {
  const ending = extname(path).toLowerCase();
  if (audioExtensions.includes(ending)) return true;
  return !videoExtensions.includes(ending) && kindByHead(path) === 'audio';
}

/**
 * Modalities of files, judging by their names and first bytes: only sound, or pictures with (most likely)
 * sound.
 */
export function heldModalities(entries: readonly Pick<MediaEntry, 'path'>[]): readonly Modality[] {
  return entries.length > 0 && entries.every(isSoundAlone) ? ['audio'] : ['video', 'audio'];
}
