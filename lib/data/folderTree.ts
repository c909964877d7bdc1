import { UserError } from '../errors';
import { usualSplit } from './folds';
import { findMedia, type MediaFile } from './mediaFiles';
import { audioExtensions, videoExtensions } from './mediaNames';
import type { MediaEntry } from './types';

/**
 * The media files below a folder: videos, or where there are none, sounds. The label is the name of the folder in which
 * a file lies. If all files lie in folders `train`, `test`, `val` on top, these are the splits.
 *
 * @throws UserError if there are none
 */
export function readTree(root: string, folder: string): MediaEntry[] {
  const videos = findMedia(folder, videoExtensions);
  // Sound that lies beside videos was most likely taken from them.
  const files = videos.length > 0 ? videos : findMedia(folder, audioExtensions);
  if (files.length === 0) {
    throw new UserError(`There are no videos or sounds in ${root}: give a folder with such files or an index.csv.`);
  }
  const hasSplits = files.every(({ folders }) => folders.length > 0 && usualSplit(folders[0]) !== null);
  return files.map((file) => entryOf(file, hasSplits));
}

function entryOf({ path, folders }: MediaFile, hasSplits: boolean): MediaEntry {
  const classFolders = hasSplits ? folders.slice(1) : folders;
  return {
    path,
    label: classFolders.at(-1)?.normalize('NFC') ?? null,
    split: hasSplits ? usualSplit(folders[0]) : null,
  };
}
