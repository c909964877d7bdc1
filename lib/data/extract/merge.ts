import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { UserError } from '../../errors';
import { writeFileAtomic } from '../../files/atomicWrite';
import type { BadFile } from '../types';
import { readExtraction, type Extraction } from './settings';
import { readPart, restorePart, shardsOf, type ManifestLine, type Shard } from './shardPart';

/** File that lists all clips of an extracted data set, one line of JSON each. */
export const manifestFile = 'manifest.jsonl';

export interface MergeSummary {
  /** Absolute path. */
  readonly folder: string;
  readonly clips: number;
  readonly shards: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Files that could not be used, and why. */
  readonly failed: readonly BadFile[];
}

/**
 * Merges the descriptions of the shards into the manifest of the whole data set.
 *
 * @throws UserError naming the shards that are missing or belong to another extraction
 */
export function mergeExtraction(out: string): MergeSummary {
  const folder = resolve(out);
  const extraction = readExtraction(folder);
  if (extraction === null) {
    throw new UserError(`${out} holds no extraction: name the folder that "xkd extract --out" was given.`);
  }
  const shards = shardsOf(folder, extraction);
  const lacking = missingShards(shards);
  if (lacking.length > 0) {
    throw new UserError(
      `${lacking.length} of ${shards.length} shards are not there yet (${some(lacking.map(({ tar }) => basename(tar)))}): ` +
        'run "xkd extract" for the missing ones, then merge again.',
    );
  }
  const lines = shards.flatMap((shard) => linesOf(shard, extraction));
  writeFileAtomic(join(folder, manifestFile), `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
  return {
    folder,
    clips: lines.length,
    shards: shards.length,
    bytes: lines.reduce((sum, { stored }) => sum + stored.length, 0),
    seconds: lines.reduce((sum, { durationSeconds }) => sum + (durationSeconds ?? 0), 0),
    failed: failures(lines),
  };
}

/** Shards that are not complete yet. */
export function missingShards(shards: readonly Shard[]): Shard[] {
  return shards.filter(({ tar }) => !existsSync(tar));
}

/** Manifest lines of a complete shard; its description is restored if it was lost. */
export function linesOf(shard: Shard, extraction: Extraction): ManifestLine[] {
  let lines = readPart(shard, extraction);
  if (lines === 'missing' || lines === 'damaged') {
    restorePart(shard, extraction);
    lines = readPart(shard, extraction);
  }
  if (typeof lines !== 'string') return lines;
  throw new UserError(
    lines === 'other settings'
      ? otherSettings(shard)
      : `The shard ${shard.tar} is damaged: run the same "xkd extract" again, which makes it again.`,
  );
}

export function otherSettings({ tar, part }: Shard): string {
  return `The shard ${tar} belongs to an extraction with other settings: remove it and ${basename(part)}, then run "xkd extract" again.`;
}

export function failures(lines: readonly ManifestLine[]): BadFile[] {
  return lines.flatMap(({ path, error }) => (error === undefined ? [] : [{ path, reason: error }]));
}

/** The first few names of a list. */
function some(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown}, ...` : shown;
}
