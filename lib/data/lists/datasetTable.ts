import type { ValueTable } from '../../shown';
import type { Dataset } from '../types';

/** A data set as a table with one row per split. */
export function datasetTable({
  name,
  root,
  entries,
  classes,
  modalities,
  folds,
  missing,
}: Dataset): ValueTable {
  const clips = new Map<string, number>();
  for (const { split } of entries) clips.set(split ?? 'none', (clips.get(split ?? 'none') ?? 0) + 1);
  return {
    caption: `Data set ${name}: ${entries.length} clips, ${classes.length} classes, ${modalities.join(' and ')}`,
    rows: [...clips].map(([split, count]) => ({ split, clips: count })),
    notes: [
      `Folder: ${root}.`,
      ...(folds.length > 1 ? [`Folds: ${folds.length}.`] : []),
      ...(missing ? [`Missing: ${missing} clips that its lists name.`] : []),
    ],
  };
}
