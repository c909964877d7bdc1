import type { DataFrame } from 'danfojs-node';
import { relative } from 'node:path';
import type { Dataset, MediaEntry } from '../data';
import { dataFrame } from './dataFrame';

/**
 * The clips of a data set as a danfo.js data frame, one row per clip in the order of its entries:
 *
 * - `clip`: position in `dataset.entries`, from 0
 * - `path`: relative to the data set's folder
 * - `label`: class name, the names of a clip with several joined by `;`; null in unlabelled sets
 * - `split`: such as `train`; null without splits
 * - `startSeconds`, `endSeconds` [s]: the part of the file that is used; NaN if it is not limited
 *
 * @throws UserError if the set has no clips
 */
export function datasetFrame({ root, entries }: Pick<Dataset, 'root' | 'entries'>): DataFrame {
  const rows = entries.map((entry: MediaEntry, clip) => ({
    clip,
    path: relative(root, entry.path),
    label: entry.labels?.join(';') ?? entry.label,
    split: entry.split,
    startSeconds: entry.startSeconds,
    endSeconds: entry.endSeconds,
  }));
  return dataFrame(rows, { types: { startSeconds: 'float32', endSeconds: 'float32' } });
}
