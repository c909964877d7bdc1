import type { Dataset } from '../../data';
import { keepEntries } from '../../data/datasets/readKnown';
import { RandomStream } from '../../random';

/**
 * At most this many files of a data set, drawn at random with about the same share of each class and split.
 *
 * @param most null: all
 */
export function limitClips(dataset: Dataset, most: number | null, seed: number): Dataset {
  const { entries } = dataset;
  if (most === null || entries.length <= most) return dataset;
  const groups = new Map<string, number[]>();
  for (const position of RandomStream.fromSeed(seed).split('limit').permutation(entries.length)) {
    const { label, split } = entries[position];
    const key = JSON.stringify([label, split]);
    groups.set(key, [...(groups.get(key) ?? []), position]);
  }
  // Every file gets a rank between 0 and 1 in its own group; the lowest ranks of all groups are kept.
  const places = [...groups.values()].flatMap((group) =>
    group.map((position, i) => ({ position, place: (i + 0.5) / group.length })),
  );
  places.sort((a, b) => a.place - b.place || a.position - b.position);
  const kept = new Set(places.slice(0, most).map(({ position }) => entries[position]));
  return keepEntries(dataset, (entry) => kept.has(entry));
}
