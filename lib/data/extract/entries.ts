import { createHash } from 'node:crypto';
import { relative, resolve, sep } from 'node:path';
import type { Dataset, MediaEntry } from '../types';

/** A file of a data set as named in a manifest. */
export interface OriginalClip {
  /** Relative to the data set's folder if it lies inside, with `/` as separator. */
  readonly path: string;
  readonly label: string | null;
  readonly split: string | null;
  readonly labels?: readonly string[];
  readonly startSeconds?: number;
  readonly endSeconds?: number;
  /** File with its sound, if it is a separate one; named like `path`. */
  readonly sound?: string;
}

export function extractionEntries({ root, entries }: Pick<Dataset, 'root' | 'entries'>): OriginalClip[] {
  return entries.map((entry) => {
    const { label, split, labels, startSeconds, endSeconds } = entry;
    const sound = entry.sound && namedFrom(root, entry.sound);
    return { path: namedFrom(root, entry.path), label, split, labels, startSeconds, endSeconds, sound };
  });
}

/** The data set entry that a manifest line describes. */
export function originalEntry(root: string, clip: OriginalClip): MediaEntry {
  const { label, split, labels, startSeconds, endSeconds, sound } = clip;
  return {
    path: resolve(root, clip.path),
    ...(sound !== undefined && { sound: resolve(root, sound) }),
    label,
    split,
    ...(labels && { labels }),
    ...(startSeconds !== undefined && { startSeconds }),
    ...(endSeconds !== undefined && { endSeconds }),
  };
}

export function fingerprintEntries(entries: readonly OriginalClip[]): string {
  const hash = createHash('sha256');
  for (const { path, label, split, labels, startSeconds, endSeconds, sound } of entries) {
    const facts = [path, label, split, labels ?? null, startSeconds ?? null, endSeconds ?? null];
    hash.update(`${JSON.stringify(sound === undefined ? facts : [...facts, sound])}\n`);
  }
  return hash.digest('hex');
}

function namedFrom(root: string, path: string): string {
  const name = relative(root, path);
  return name.startsWith('..') ? path : name.split(sep).join('/');
}
