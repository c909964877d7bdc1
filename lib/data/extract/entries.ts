import { createHash } from 'node:crypto';
import { relative, resolve, sep } from 'node:path';
import type { Dataset, MediaEntry } from '../types';

/** A file of a data set as a manifest names it. */
export interface OriginalClip {
  /** Relative to the data set's folder where it lies in it, with `/` between names. */
  readonly path: string;
  readonly label: string | null;
  readonly split: string | null;
  readonly labels?: readonly string[];
  readonly startSeconds?: number;
  readonly endSeconds?: number;
}

export function extractionEntries({ root, entries }: Pick<Dataset, 'root' | 'entries'>): OriginalClip[] {
  return entries.map((entry) => {
    const { label, split, labels, startSeconds, endSeconds } = entry;
    return { path: namedFrom(root, entry.path), label, split, labels, startSeconds, endSeconds };
  });
}

/** The entry of a data set that a manifest's line stands for. */
export function originalEntry(root: string, clip: OriginalClip): MediaEntry {
  const { label, split, labels, startSeconds, endSeconds } = clip;
  return {
    path: resolve(root, clip.path),
    label,
    split,
    ...(labels && { labels }),
    ...(startSeconds !== undefined && { startSeconds }),
    ...(endSeconds !== undefined && { endSeconds }),
  };
}

export function fingerprintEntries(entries: readonly OriginalClip[]): string {
  const hash = createHash('sha256');
  for (const { path, label, split, labels, startSeconds, endSeconds } of entries) {
    hash.update(`${JSON.stringify([path, label, split, labels ?? null, startSeconds ?? null, endSeconds ?? null])}\n`);
  }
  return hash.digest('hex');
}

function namedFrom(root: string, path: string): string {
  const name = relative(root, path);
  return name.startsWith('..') ? path : name.split(sep).join('/');
}
