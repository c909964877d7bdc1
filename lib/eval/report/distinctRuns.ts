import { resolve } from 'node:path';
import type { ProtocolResult } from '../results';
import type { FoundResult } from './findResults';

/** Figures of one run count as equal if they differ by less, because the order of summation may differ. */
const tolerance = 1e-6;

export interface DistinctRuns {
  readonly runs: readonly FoundResult[];
  /** One sentence for each run whose files contradict each other. None of these files counts. */
  readonly problems: readonly string[];
  /** Files that repeat a run. */
  readonly duplicates: readonly string[];
}

/**
 * Counts each run once, whatever the number of its files. A run is identified by weights, data, protocol, settings and
 * seed. If a run was evaluated on original and on extracted files, the result on the originals counts.
 */
export function distinctRuns(found: readonly FoundResult[]): DistinctRuns {
  const sound: FoundResult[] = [];
  const problems: string[] = [];
  const duplicates: string[] = [];
  // The figures from JPEGs may differ slightly from those of the originals. This is not a contradiction.
  const sameFiles = groupBy(found, ({ result }) => canonical([runKey(result), extractedRoot(result)]));
  for (const same of sameFiles.values()) {
    const [first, ...rest] = same;
    const conflict = rest.find(({ result }) => difference(first.result, result) !== null);
    if (conflict) {
      const files = same.map(({ path }) => `"${path}"`).join(' and ');
      problems.push(
        `${files} are of the same run and differ (${difference(first.result, conflict.result)}), so none counts; remove what is wrong, or run it again.`,
      );
      continue;
    }
    sound.push(first);
    duplicates.push(...rest.map(({ path }) => path));
  }
  const runs: FoundResult[] = [];
  for (const same of groupBy(sound, ({ result }) => runKey(result)).values()) {
    const counted = same.find(({ result }) => extractedRoot(result) === null) ?? same[0];
    runs.push(counted);
    duplicates.push(...same.flatMap((each) => (each === counted ? [] : each.path)));
  }
  return { runs, problems, duplicates };
}

/** Groups values by a key; keys and values keep their order. */
export function groupBy<T>(values: readonly T[], key: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const name = key(value);
    const group = groups.get(name);
    if (group) group.push(value);
    else groups.set(name, [value]);
  }
  return groups;
}

/**
 * Identifies a data set: by its name, for custom data by the folder (of an extracted set the original's), and by the
 * classes.
 */
export function datasetKey({ name, root, original, classes }: ProtocolResult['dataset']): string {
  return canonical([name, name === 'folder' ? resolve(original ?? root) : null, classes]);
}

/** JSON with sorted keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function runKey({ protocol, dataset, modality, tower, network, settings, seed }: ProtocolResult): string {
  return canonical([datasetKey(dataset), protocol, modality, tower, network.hash, settings, seed]);
}

/** Folder of an extracted data set; null for originals, wherever they are. */
function extractedRoot({ dataset: { original, root } }: ProtocolResult): string | null {
  return original === undefined ? null : resolve(root);
}

/** The first metric that differs, in words; null if all are equal. */
function difference({ metrics: a }: ProtocolResult, { metrics: b }: ProtocolResult): string | null {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  const name = names.find((each) => !(Math.abs(a[each] - b[each]) <= tolerance));
  return name === undefined ? null : `${name} ${a[name] ?? 'missing'} and ${b[name] ?? 'missing'}`;
}
