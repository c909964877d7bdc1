import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { modalities, type Modality } from '../../config';
import { UserError } from '../../errors';
import { readText } from '../../files/readText';
import { tarEnd } from '../../files/tar';
import type { Dataset, MediaEntry, StoredForm } from '../types';
import { fingerprintEntries, originalEntry } from './entries';
import { manifestFile } from './merge';
import { readExtraction } from './settings';
import { parseLine, type ManifestLine } from './shardPart';

/**
 * Opens the output of "xkd extract": entries, classes and folds of the original data set, with clips read
 * from the shards.
 *
 * @param folder absolute path
 * @returns null if the folder is not an extracted data set
 * @throws UserError if it is incomplete or was damaged
 */
export function openExtracted(folder: string): Dataset | null {
  const extraction = readExtraction(folder);
  if (extraction === null) return null;
  const { form, dataset } = extraction;
  const lines = readManifest(folder);
  if (fingerprintEntries(lines) !== dataset.entries) throw damagedManifest(folder);
  requireWholeShards(folder, lines);
  const { name, classes, multiLabel, folds, missing } = dataset;
  const held = storedModalities(lines) ?? dataset.modalities;
  const entries = lines.map((line) => extractedEntry(folder, line, form));
  return {
    name,
    root: folder,
    original: dataset.root,
    entries,
    classes,
    multiLabel,
    modalities: held,
    folds,
    ...(missing !== undefined && { missing }),
  };
}

/** Modalities of the clips; null if no clip was usable, so that nothing is known. */
function storedModalities(lines: readonly ManifestLine[]): Modality[] | null {
  const usable = lines.filter(({ error }) => error === undefined);
  if (usable.length === 0) return null;
  return modalities.filter((modality) =>
    usable.some(({ frames, samples }) => (modality === 'video' ? frames : samples) > 0),
  );
}

function extractedEntry(folder: string, line: ManifestLine, form: StoredForm): MediaEntry {
  const { stored, error } = line;
  const entry = originalEntry(folder, line);
  if (error !== undefined) return { ...entry, stored: { form, error } };
  return { ...entry, stored: { ...stored, form, shard: join(folder, 'shards', stored.shard) } };
}

function readManifest(folder: string): ManifestLine[] {
  const path = join(folder, manifestFile);
  if (!existsSync(path)) {
    throw new UserError(
      `${folder} is not completely extracted: run the same "xkd extract" again, or with --merge where several machines shared the work.`,
    );
  }
  const text = readText(path);
  try {
    return text.trimEnd().split('\n').map(parseLine);
  } catch {
    throw damagedManifest(folder);
  }
}

function damagedManifest(folder: string): UserError {
  return new UserError(
    `${join(folder, manifestFile)} does not list the clips of ${folder}: write it again with "xkd extract --merge --out ${folder}".`,
  );
}

/** Detects missing or truncated shards before work begins; modified ones are detected clip by clip. */
function requireWholeShards(folder: string, lines: readonly ManifestLine[]): void {
  const sizes = new Map<string, number>();
  for (const { stored } of lines) sizes.set(stored.shard, stored.offset + stored.length + tarEnd.length);
  for (const [shard, bytes] of sizes) {
    const path = join(folder, 'shards', shard);
    const { size } = statSync(path, { throwIfNoEntry: false }) ?? { size: null };
    if (size === bytes) continue;
    const what = size === null ? 'is missing' : `has ${size} bytes instead of ${bytes}`;
    throw new UserError(
      `The shard ${path} ${what}: copy it again, or remove it and extract the same data set into the same folder again.`,
    );
  }
}
