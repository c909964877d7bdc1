import { createHash } from 'node:crypto';
import { dirname, relative, sep } from 'node:path';
import type { MediaEntry } from '../../data/types';

/**
 * Identifies the training clips of a run: their number, their names, and their order in the data set, because random draws
 * depend on a clip's position in the list. Names are relative to the folder that holds all clips, so a data set may be
 * moved.
 */
export interface ClipsFingerprint {
  readonly count: number;
  /** SHA-256 of the sorted names, one per line. */
  readonly names: string;
  /** SHA-256 of the names in data set order. */
  readonly order: string;
}

/** Identifies the clips of a run, independently of the location of their common folder. */
export function fingerprintClips(entries: readonly Pick<MediaEntry, 'path'>[]): ClipsFingerprint {
  const paths = entries.map(({ path }) => path);
  const folder = commonFolder(paths);
  const names = paths.map((path) => relative(folder, path).split(sep).join('/'));
  return { count: names.length, names: hashOfLines([...names].sort()), order: hashOfLines(names) };
}

/** Describes how the clips differ from the previous ones, as part of a sentence; null if they are the same. */
export function changeOfClips(before: ClipsFingerprint, now: ClipsFingerprint): string | null {
  if (before.count !== now.count) {
    return `the run was begun on ${before.count} training clips, and there are ${now.count} now`;
  }
  if (before.names !== now.names) {
    return `there are as many training clips as when the run was begun (${now.count}), but files of other names`;
  }
  if (before.order !== now.order) {
    return `the ${now.count} training clips stand in another order than when the run was begun`;
  }
  return null;
}

function hashOfLines(lines: readonly string[]): string {
  const hash = createHash('sha256');
  for (const line of lines) hash.update(`${line}\n`);
  return hash.digest('hex');
}

/** The deepest folder that contains all files. */
function commonFolder(paths: readonly string[]): string {
  if (paths.length === 0) return '';
  let common = dirname(paths[0]).split(sep);
  for (const path of paths) {
    const parts = dirname(path).split(sep);
    const differing = common.findIndex((part, i) => part !== parts[i]);
    if (differing >= 0) common = common.slice(0, differing);
  }
  return common.join(sep) || (paths[0].startsWith(sep) ? sep : '.');
}
