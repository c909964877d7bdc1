import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { UserError } from '../errors';
import { readIndex } from './indexFile';
import type { MediaEntry } from './types';

export interface DatasetArgs {
  /** Splits to keep; default: all. */
  readonly splits?: readonly string[];
}

export interface Dataset {
  /** Absolute path of its folder. */
  readonly root: string;
  /** Files in the order of the index, or of their paths. */
  readonly entries: readonly MediaEntry[];
  /** Class names, sorted; the position is the class number. */
  readonly classes: readonly string[];
}

/**
 * Opens a data set: a folder with `index.csv` (columns `path`, relative to the folder, and if there are any
 * `label` and `split`), or a tree of video files (the label is the name of the folder they lie in, if that is
 * not the root).
 *
 * @param root folder of the data set
 * @throws UserError if the folder is missing or holds no videos, the index lacks columns, or a split is unknown
 */
export async function openDataset(root: string, args: DatasetArgs = {}): Promise<Dataset> {
  const folder = resolve(root);
  checkFolder(root, folder);
  const index = join(folder, 'index.csv');
  const all = existsSync(index) ? await readIndex(index) : findVideos(folder);
  if (all.length === 0) {
    throw new UserError(`There are no videos in ${root}: give a folder with video files or an index.csv.`);
  }
  const entries = args.splits === undefined ? all : keepSplits(root, all, args.splits);
  const classes = [...new Set(all.flatMap(({ label }) => label ?? []))].sort();
  return { root: folder, entries, classes };
}

/** File name endings that are taken for videos in a folder without an index. */
export const videoExtensions = ['.mp4', '.m4v', '.mkv', '.webm', '.avi', '.mov', '.mpg', '.mpeg', '.flv', '.wmv', '.3gp'];

function checkFolder(root: string, folder: string): void {
  if (!existsSync(folder)) {
    throw new UserError(`The data set ${root} does not exist: check the path, or make the sample set with "npm run xkd -- data make".`);
  }
  if (!statSync(folder).isDirectory()) {
    throw new UserError(`The data set ${root} is a file: give the folder in which the videos or index.csv lie.`);
  }
}

function keepSplits(root: string, all: readonly MediaEntry[], splits: readonly string[]): MediaEntry[] {
  const known = [...new Set(all.flatMap(({ split }) => split ?? []))].sort();
  const unknown = splits.find((split) => !known.includes(split));
  if (unknown !== undefined) {
    const choice = known.length > 0 ? `choose from ${known.join(', ')}` : 'it has no splits';
    throw new UserError(`The data set ${root} has no split "${unknown}": ${choice}.`);
  }
  return all.filter(({ split }) => split !== null && splits.includes(split));
}

function findVideos(folder: string): MediaEntry[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => !file.isDirectory() && videoExtensions.includes(extname(file.name).toLowerCase()))
    .map((file) => join(file.parentPath, file.name))
    .sort();
  return files.map((path) => ({
    path,
    label: relative(folder, dirname(path)) === '' ? null : basename(dirname(path)),
    split: null,
  }));
}
