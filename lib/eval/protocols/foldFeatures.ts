import type { BadFile, ClipPlan, MediaEntry } from '../../data';
import { selectRows, type FeatureMatrix } from '../featureMatrix';
import { modalitiesOf } from '../networkHash';
import { rowsOf, storedFeatures } from '../store';
import type { RowSource } from '../store/rows';
import { UserError } from '../../errors';
import type { ProtocolArgs } from './protocol';

/** Features of some files of a data set, with the same number of rows for each file. */
export interface FileRows {
  readonly entries: readonly MediaEntry[];
  readonly rows: RowSource;
  readonly skipped: readonly BadFile[];
}

/** Features of all files that any fold needs for one of its parts, computed or read from the store. */
export async function featuresOf(
  args: ProtocolArgs,
  part: 'train' | 'test',
  plan: ClipPlan,
  modality = args.modality,
): Promise<FileRows> {
  const { dataset, network, tower, store, pool, onProgress, signal } = args;
  const places = [...new Set(dataset.folds.flatMap((fold) => fold[part]))].sort((a, b) => a - b);
  const features = await storedFeatures({
    network,
    tower,
    modalities: modalitiesOf(modality),
    entries: places.map((place) => dataset.entries[place]),
    root: dataset.root,
    plan,
    store,
    label: part === 'train' ? 'clips to learn from' : 'test clips',
    pool,
    onProgress,
    signal,
  });
  return { entries: features.entries, rows: rowsOf(features), skipped: features.skipped };
}

/**
 * The features of some of the files. Files that could not be used have none.
 *
 * @throws UserError if none of the files could be used
 */
export function selectFiles({ entries, rows, skipped }: FileRows, wanted: readonly MediaEntry[]): FileRows {
  const places = new Map(entries.map((entry, place) => [entry, place]));
  const chosen = wanted.flatMap((entry) => places.get(entry) ?? []);
  if (chosen.length === 0) {
    throw new UserError(
      `None of the ${wanted.length} files of a fold could be used; repair them, or choose others.`,
    );
  }
  if (chosen.length === entries.length && chosen.every((place, i) => place === i)) {
    return { entries, rows, skipped };
  }
  const each = rows.rows / entries.length;
  const { columns } = rows;
  const read = (first: number, count: number): Float32Array => {
    const block = new Float32Array(count * columns);
    for (let row = first; row < first + count;) {
      const within = row % each;
      const length = Math.min(each - within, first + count - row);
      const from = chosen[Math.floor(row / each)] * each + within;
      block.set(rows.read(from, length), (row - first) * columns);
      row += length;
    }
    return block;
  };
  return {
    entries: chosen.map((place) => entries[place]),
    rows: { rows: chosen.length * each, columns, read },
    skipped,
  };
}

/** Mean over the rows of each file. */
export function meanOfFiles({ entries, rows }: FileRows): FeatureMatrix {
  const { columns } = rows;
  const each = rows.rows / entries.length;
  const all = { data: rows.read(0, rows.rows), rows: rows.rows, columns };
  if (each === 1) return all;
  const means = selectRows(
    all,
    Int32Array.from(entries.keys(), (file) => file * each),
  );
  for (let row = 0; row < rows.rows; row++) {
    if (row % each === 0) continue;
    const to = Math.floor(row / each) * columns;
    for (let j = 0; j < columns; j++) means.data[to + j] += all.data[row * columns + j];
  }
  return { ...means, data: means.data.map((sum) => sum / each) };
}

/** Every file that could not be used, listed once. */
export function skippedOf(...parts: readonly Pick<FileRows, 'skipped'>[]): BadFile[] {
  return [
    ...new Map(parts.flatMap(({ skipped }) => skipped.map((bad) => [bad.path, bad] as const))).values(),
  ];
}
