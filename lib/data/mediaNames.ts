import { extname } from 'node:path';
import type { Modality } from '../config';
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

/** Whether a file holds sound alone, as far as its name tells. */
export function isSoundAlone({ path }: Pick<MediaEntry, 'path'>): boolean {
  return audioExtensions.includes(extname(path).toLowerCase());
}

/** What files hold, as far as their names tell: sound alone, or pictures with (most likely) sound. */
export function heldModalities(entries: readonly Pick<MediaEntry, 'path'>[]): readonly Modality[] {
  return entries.length > 0 && entries.every(isSoundAlone) ? ['audio'] : ['video', 'audio'];
}
