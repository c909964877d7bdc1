import { dirname } from 'node:path';
import { UserError } from '../../errors';
import { usualSplit } from './folds';
import { comparable, searchMedia, type MediaFile } from './mediaFiles';
import { audioExtensions, isSoundAlone, videoExtensions } from './mediaNames';
import type { MediaEntry } from '../types';

/** The clips of a folder without a list, and the paths of its other files. */
export interface FolderTree {
  readonly entries: MediaEntry[];
  readonly leftOut: readonly string[];
}

/**
 * Finds the media files below a folder. A sound beside a video of the same name is that video's sound; any
 * other sound is a clip of its own. The label is the name of the folder that contains the file. If all files
 * are below top-level folders `train`, `test`, `val`, these are the splits.
 *
 * @throws UserError if there are none
 */
export function readTree(root: string, folder: string): FolderTree {
  const { files, others } = searchMedia(folder, [...videoExtensions, ...audioExtensions]);
  if (files.length === 0) {
    throw new UserError(
      `There are no videos or sounds in ${root}: give a folder with such files or an index.csv.`,
    );
  }
  const { clips, left } = withSounds(files);
  const hasSplits = clips.every(({ folders }) => folders.length > 0 && usualSplit(folders[0]) !== null);
  return { entries: clips.map((file) => entryOf(file, hasSplits)), leftOut: [...others, ...left].sort() };
}

interface ClipFile extends MediaFile {
  readonly sound?: string;
}

/** Assigns sounds to the videos of the same name; `left` are further sounds of such a name. */
function withSounds(files: readonly MediaFile[]): { clips: ClipFile[]; left: string[] } {
  const nameOf = ({ path, stem }: MediaFile): string => `${dirname(path)}/${comparable(stem)}`;
  const videos = new Set(files.filter((file) => !isSoundAlone(file)).map(nameOf));
  const sounds = new Map<string, string>();
  const left: string[] = [];
  const clips = files.filter((file) => {
    if (!isSoundAlone(file) || !videos.has(nameOf(file))) return true;
    if (sounds.has(nameOf(file))) left.push(file.path);
    else sounds.set(nameOf(file), file.path);
    return false;
  });
  return {
    clips: clips.map((file) => (isSoundAlone(file) ? file : { ...file, sound: sounds.get(nameOf(file)) })),
    left,
  };
}

function entryOf({ path, folders, sound }: ClipFile, hasSplits: boolean): MediaEntry {
  const classFolders = hasSplits ? folders.slice(1) : folders;
  return {
    path,
    ...(sound !== undefined && { sound }),
    label: classFolders.at(-1)?.normalize('NFC') ?? null,
    split: hasSplits ? usualSplit(folders[0]) : null,
  };
}
