import { extname } from 'node:path';
import type { Modality } from '../config';
import { kindByHead } from './mediaHeads';
import type { MediaEntry } from './types';

/** File name endings that are taken for videos. */
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

/** Endings that files of another kind have as well (TypeScript's): these must begin as MPEG transport streams do. */
export const sharedExtensions: readonly string[] = ['.ts', '.mts'];

/** File name endings that are taken for sound without pictures. */
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

/** Endings of files that are no videos or sounds for sure, of which there may be many beside them. */
export const foreignExtensions: ReadonlySet<string> = new Set(
  'jpg jpeg png bmp webp tif tiff svg txt csv tsv json jsonl xml yaml yml md html pdf srt vtt ass npy npz pkl pt pth h5 hdf5 zip tar gz py m sh db log'
    .split(' ')
    .map((ending) => `.${ending}`),
);

/** Whether a file holds sound alone, as far as its name tells, or where that says nothing, its first bytes. */
export function isSoundAlone({ path }: Pick<MediaEntry, 'path'>): boolean {
  const ending = extname(path).toLowerCase();
  if (audioExtensions.includes(ending)) return true;
  return !videoExtensions.includes(ending) && kindByHead(path) === 'audio';
}

/** What files hold, as far as their names and first bytes tell: sound alone, or pictures with (most likely) sound. */
export function heldModalities(entries: readonly Pick<MediaEntry, 'path'>[]): readonly Modality[] {
  return entries.length > 0 && entries.every(isSoundAlone) ? ['audio'] : ['video', 'audio'];
}
