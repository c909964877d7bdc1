import { dirname, join, resolve } from 'node:path';
import { likelyMeant } from '../config/byCloseness';
import { UserError } from '../errors';
import { lookAt } from '../files/folder';
import { shownAs } from '../shown';
import { datasetTable } from './lists/datasetTable';
import { openExtracted } from './extract/openExtracted';
import { keepEntries, readKnown, requireWhole } from './datasets/readKnown';
import { knownDatasets, type KnownDataset } from './datasets/registry';
import { readTree } from './lists/folderTree';
import { foldsOfSplits } from './lists/folds';
import { readIndex, type Index, type IndexArgs } from './lists/indexFile';
import { heldModalities } from './lists/mediaNames';
import type { Dataset } from './types';

export type { Dataset, Fold } from './types';

/**
 * Names under which a data set can be opened: one of the published ones, a folder tree, or a user's table.
 */
export const datasetNames = [...knownDatasets, 'folder', 'csv'] as const;
export type DatasetName = (typeof datasetNames)[number];

export interface DatasetArgs extends IndexArgs {
  /** Default: the table `index.csv` if the folder has one, otherwise the folder tree. */
  readonly dataset?: string;
  /** Splits to keep; default: all. */
  readonly splits?: readonly string[];
  /** Behaviour if a set that is published with its files lacks some; default: refuse. */
  readonly missing?: 'refuse' | 'leaveOut';
}

/**
 * Opens a data set, which is one of:
 * - one of {@link knownDatasets}, as its authors publish it;
 * - a folder with `index.csv` (columns `path`, relative to the folder, and optionally `label` or `labels`,
 *   `split`, `start` and `end`);
 * - a tree of video or sound files (the label is the name of the folder that contains them, unless it is the
 *   root);
 * - the result of `xkd extract` for any of these.
 *
 * @param root folder of the data set, or the table itself
 * @throws UserError if the folder is missing or the wrong one, holds no videos or sounds, its lists are
 * invalid, or a split is unknown
 *
 * @example
 * ```ts
 * import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { openDataset } from 'xkd';
 *
 * const root = mkdtempSync(join(tmpdir(), 'clips-'));
 * for (const label of ['dog', 'rain']) {
 *   mkdirSync(join(root, label));
 *   writeFileSync(join(root, label, 'first.mp4'), '');
 * }
 * const { classes, entries } = await openDataset(root);
 * console.log(classes, entries.length); // [ 'dog', 'rain' ] 2
 * ```
 */
export async function openDataset(root: string, args: DatasetArgs = {}): Promise<Dataset> {
  const name = datasetName(args.dataset);
  const folder = resolve(root);
  const isTable = (name === undefined || name === 'csv') && /\.(csv|tsv)$/i.test(folder);
  checkFolder(root, folder, { isTable, published: isKnown(name) });
  const extracted = isTable ? null : openExtracted(folder);
  if (extracted !== null) {
    requireName(root, extracted, name);
    return keepSplits(root, extracted, args.splits);
  }
  if (isKnown(name)) {
    const found = await readKnown(name, root, folder);
    if (args.missing !== 'leaveOut') requireWhole(found, root);
    return keepSplits(root, found.dataset, args.splits);
  }
  const index = isTable ? folder : join(folder, 'index.csv');
  if (name === 'csv' && lookAt(index) === null) {
    throw new UserError(
      `There is no index.csv in ${root}: name the table itself, such as --data ${join(root, 'table.csv')}.`,
    );
  }
  const hasIndex = name !== 'folder' && lookAt(index) !== null;
  const content = hasIndex ? readIndex(index, args) : { ...readTree(root, folder), multiLabel: false };
  if (content.entries.length === 0) {
    throw new UserError(`${index} names no clips: write a row for each, or remove it to read the folders.`);
  }
  return keepSplits(root, datasetOf(isTable ? dirname(folder) : folder, content), args.splits);
}

/** An extracted set knows its own name. */
function requireName(root: string, { name }: Dataset, wanted: DatasetName | undefined): void {
  if (wanted === undefined || wanted === name || (wanted === 'csv' && name === 'folder')) return;
  throw new UserError(
    `${root} holds the extracted form of the data set "${name}", not of "${wanted}": correct --dataset or the folder.`,
  );
}

/** @throws UserError if there is no such data set */
export function datasetName(name: string | undefined): DatasetName | undefined {
  const known = datasetNames.find((each) => each === name);
  if (name === undefined || known !== undefined) return known;
  const meant = likelyMeant(name, datasetNames).map((each) => `"${each}"`);
  const wayOut =
    meant.length > 0 ? `did you mean ${meant.join(' or ')}?` : `choose from ${datasetNames.join(', ')}.`;
  throw new UserError(`There is no data set "${name}": ${wayOut}`);
}

export function isKnown(name: DatasetName | undefined): name is KnownDataset {
  return knownDatasets.some((known) => known === name);
}

function datasetOf(
  folder: string,
  { entries, multiLabel, leftOut }: Index & { leftOut?: readonly string[] },
): Dataset {
  const classes = [...new Set(entries.flatMap(({ label, labels }) => labels ?? label ?? []))].sort();
  const modalities = heldModalities(entries);
  const folds = foldsOfSplits(entries);
  return {
    name: 'folder',
    root: folder,
    entries,
    classes,
    multiLabel,
    modalities,
    folds,
    ...(leftOut && { leftOut }),
  };
}

export interface FolderKind {
  /** True if a table is expected instead. */
  readonly isTable?: boolean;
  /** True if a published data set is expected, for which the sample set is no substitute. */
  readonly published?: boolean;
}

export function checkFolder(
  root: string,
  folder: string,
  { isTable = false, published = false }: FolderKind = {},
): void {
  const found = lookAt(folder);
  if (found === null) {
    const others = published ? '' : ', or make the sample set with "npx xkd data make"';
    throw new UserError(`The data set ${root} does not exist: check the path${others}.`);
  }
  if (found.isDirectory() === isTable) {
    throw new UserError(
      isTable
        ? `${root} is a folder: name a CSV table.`
        : `The data set ${root} is a file: give the folder in which the videos or index.csv lie.`,
    );
  }
}

function keepSplits(root: string, dataset: Dataset, splits: readonly string[] | undefined): Dataset {
  if (splits === undefined) return shownAs(dataset, datasetTable);
  const known = [...new Set(dataset.entries.flatMap(({ split }) => split ?? []))].sort();
  const unknown = splits.find((split) => !known.includes(split));
  if (unknown !== undefined) {
    const choice = known.length > 0 ? `choose from ${known.join(', ')}` : 'it has no splits';
    throw new UserError(`The data set ${root} has no split "${unknown}": ${choice}.`);
  }
  const kept = keepEntries(dataset, ({ split }) => split !== null && splits.includes(split));
  // A fold made from split names may be rebuilt from the remaining splits; folds from lists stay unchanged.
  const whole = dataset.name === 'folder' ? { ...kept, folds: foldsOfSplits(kept.entries) } : kept;
  return shownAs(whole, datasetTable);
}
