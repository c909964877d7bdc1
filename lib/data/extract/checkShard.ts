import { closeSync, existsSync, fstatSync, openSync } from 'node:fs';
import { UserError } from '../../errors';
import { tarEnd } from '../../files/tar';
import { otherSettings } from './merge';
import type { Extraction } from './settings';
import { readPart, restorePart, type ManifestLine, type Shard } from './shardPart';
import { hashOfRange } from './shardWriter';

export interface CheckTask {
  readonly shard: Shard;
  readonly extraction: Extraction;
}

/**
 * Whether a shard exists and matches its description, or must be written (again). A `problem` is a sentence
 * for the user.
 */
export type CheckOutcome = 'right' | 'missing' | 'wrong' | { readonly problem: string };

/**
 * Reads a whole shard and verifies the SHA-256 of its clips. If a process ended before it could describe the
 * shard, the description is written first.
 */
export function checkShard({ shard, extraction }: CheckTask): CheckOutcome {
  if (!existsSync(shard.tar)) return 'missing';
  const lines = readPart(shard, extraction);
  if (lines === 'other settings') return { problem: otherSettings(shard) };
  if (typeof lines !== 'string') return matches(shard, lines) ? 'right' : 'wrong';
  try {
    // This also reads and checks every byte.
    restorePart(shard, extraction);
  } catch (error) {
    if (error instanceof UserError) return { problem: error.message };
    return 'wrong';
  }
  return typeof readPart(shard, extraction) === 'string' ? 'wrong' : 'right';
}

function matches({ tar }: Shard, lines: readonly ManifestLine[]): boolean {
  const file = openSync(tar, 'r');
  try {
    const { offset, length } = lines[lines.length - 1].stored;
    if (fstatSync(file).size !== offset + length + tarEnd.length) return false;
    return lines.every(({ stored }) => hashOfRange(file, stored.offset, stored.length) === stored.sha256);
  } finally {
    closeSync(file);
  }
}
