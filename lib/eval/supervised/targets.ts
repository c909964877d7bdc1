import type { MediaEntry, NdArray } from '../../data';
import { labelsOf } from '../protocols/checkDataset';
import type { ClassList } from '../protocols/fileMetrics';

/**
 * Targets of a classifier for files. With one label: 1 for its class, of which `smoothing` is spread over all K
 * classes. With several: 1 for each of them, and all values are moved towards 1/2.
 *
 * @returns `[B, K]`
 */
export function targetsOf(
  entries: readonly MediaEntry[],
  { classes, multiLabel }: ClassList,
  smoothing: number,
): NdArray {
  const places = new Map(classes.map((name, i) => [name, i]));
  const off = smoothing / (multiLabel ? 2 : classes.length);
  const on = 1 - smoothing + off;
  const data = new Float32Array(entries.length * classes.length).fill(off);
  entries.forEach((entry, row) => {
    for (const label of labelsOf(entry)) data[row * classes.length + places.get(label)!] = on;
  });
  return { data, shape: [entries.length, classes.length] };
}
