import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { entryName, type Dataset, type MediaEntry } from '../../data';
import { labelsOf } from '../protocols/checkDataset';

/** Bytes read at each end of a file; hashing all of a 100 GB data set would take as long as training. */
const endBytes = 65536;

/**
 * SHA-256 of the files of a data set, in order: names, labels and content. A file's content is identified by its size
 * and both ends, an extracted clip by the hash in its manifest. Dates and the folder don't count.
 */
export function identityOfFiles(
  { entries, root }: Pick<Dataset, 'entries' | 'root'>,
  places: readonly number[],
): string {
  const hash = createHash('sha256');
  for (const place of places) {
    const entry = entries[place];
    hash.update(`${JSON.stringify([entryName(entry, root), ...labelsOf(entry), ...contentsOf(entry)])}\n`);
  }
  return hash.digest('hex');
}

/** Content of the entry's file, and of its audio file if there is one. */
function contentsOf(entry: MediaEntry): (string | null)[] {
  const { sound, stored } = entry;
  return sound === undefined || stored ? [contentOf(entry)] : [contentOf(entry), contentOf({ path: sound })];
}

/** Null if the file can't be read; it is left out later. */
function contentOf({ path, stored }: Pick<MediaEntry, 'path' | 'stored'>): string | null {
  if (stored) return 'sha256' in stored ? stored.sha256 : null;
  let file: number | null = null;
  try {
    file = openSync(path, 'r');
    const { size } = fstatSync(file);
    const block = Buffer.alloc(endBytes);
    const hash = createHash('sha256').update(`${size}\n`);
    for (const at of size > endBytes ? [0, size - endBytes] : [0]) {
      hash.update(block.subarray(0, readSync(file, block, 0, endBytes, at)));
    }
    return hash.digest('hex');
  } catch {
    return null;
  } finally {
    if (file !== null) closeSync(file);
  }
}
