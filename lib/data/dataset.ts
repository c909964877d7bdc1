import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { UserError } from '../errors';
import { readIndex } from './indexFile';
import { foldsOfSplits } from './folds';
import { audioExtensions, heldModalities, videoExtensions } from './mediaNames';
import type { Dataset, MediaEntry } from './types';

export type { Dataset, Fold } from './types';

export interface DatasetArgs {
  /** Splits to keep; default: all. */
  readonly splits?: readonly string[];
}

/**
 * Opens a data set: a folder with `index.csv` (columns `path`, relative to the folder, and if there are any
 * `label` and `split`), or a tree of video or sound files (the label is the name of the folder they lie in, if that is
 * not the root).
 *
 * @param root folder of the data set
 * @throws UserError if the folder is missing or holds no videos, the index lacks columns, or a split is unknown
 */
export async function openDataset(root: string, args: DatasetArgs = {}): Promise<Dataset> {
  const folder = resolve(root);
  checkFolder(root, folder);
  const index = join(folder, 'index.csv');
  const all = existsSync(index) ? await readIndex(index) : findMedia(folder);
  if (all.length === 0) {
    throw new UserError(`There are no videos or sounds in ${root}: give a folder with such files or an index.csv.`);
  }
  const entries = args.splits === undefined ? all : keepSplits(root, all, args.splits);
  const classes = [...new Set(all.flatMap(({ label }) => label ?? []))].sort();
  return {
    name: 'folder',
    root: folder,
    entries,
    classes,
    multiLabel: false,
    modalities: heldModalities(all),
    folds: foldsOfSplits(entries),
  };
}

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

function findMedia(folder: string): MediaEntry[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => !file.isDirectory());
  const ofKind = (extensions: readonly string[]) =>
    files.filter(({ name }) => extensions.includes(extname(name).toLowerCase()));
  const videos = ofKind(videoExtensions);
  // Sound that lies beside videos was most likely taken from them.
  const paths = (videos.length > 0 ? videos : ofKind(audioExtensions))
    .map((file) => join(file.parentPath, file.name))
    .sort();
  return paths.map((path) => ({
    path,
    label: relative(folder, dirname(path)) === '' ? null : basename(dirname(path)),
    split: null,
  }));
}
