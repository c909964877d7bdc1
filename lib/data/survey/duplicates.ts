import { statSync } from 'node:fs';
import { hashFile } from '../../files/hashFile';
import type { Notice } from './survey';
import { namedFiles, type SeenClip } from './notices';

/**
 * SHA-256 of the files that have the same length as another one; only these can be equal.
 *
 * @returns null if it was stopped by the signal
 */
export async function digestsOf(
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<Map<string, string> | null> {
  const byLength = new Map<number, string[]>();
  for (const path of new Set(paths)) {
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (size > 0) byLength.set(size, [...(byLength.get(size) ?? []), path]);
  }
  const digests = new Map<string, string>();
  for (const alike of byLength.values()) {
    if (alike.length < 2) continue;
    for (const path of alike) {
      if (signal?.aborted) return null;
      // Unreadable files are reported when they are opened.
      const hashed = await hashFile(path).catch(() => null);
      if (hashed !== null) digests.set(path, hashed.sha256);
    }
  }
  return digests;
}

/** Clips in different files that are equal byte for byte. */
export interface Duplicates {
  /** Duplicates within a split; null: there are none. */
  readonly notice: Notice | null;
  /** Pairs in different splits, as `A (train) and B (test)`. */
  readonly acrossSplits: readonly string[];
}

export function findDuplicates(clips: readonly SeenClip[]): Duplicates {
  const groups = new Map<string, SeenClip[]>();
  for (const clip of clips) {
    if (clip.digest === null) continue;
    const key = `${clip.digest} ${clip.startSeconds ?? 0} ${clip.endSeconds ?? ''}`;
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    if (!group.some(({ name, split }) => name === clip.name && split === clip.split)) group.push(clip);
  }
  const acrossSplits: string[] = [];
  const files: { path: string; detail: string }[] = [];
  for (const [first, ...others] of groups.values()) {
    for (const other of others) {
      // The same file in both is reported as used for both training and testing.
      if (other.name === first.name) continue;
      const isAcross = first.split !== null && other.split !== null && first.split !== other.split;
      if (isAcross) acrossSplits.push(`${first.name} (${first.split}) and ${other.name} (${other.split})`);
      else files.push({ path: other.name, detail: `as ${first.name}` });
    }
  }
  return { notice: files.length === 0 ? null : noticeOf(files), acrossSplits };
}

function noticeOf(files: Notice['files']): Notice {
  const what =
    files.length === 1
      ? 'file is the same byte for byte as another'
      : 'files are the same byte for byte as others';
  return { kind: 'duplicate', sentence: `${files.length} ${what}: ${namedFiles(files)}`, files };
}
