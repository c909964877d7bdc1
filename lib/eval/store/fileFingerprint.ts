import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { MediaEntry } from '../../data';

/** By what a file is known again. */
export interface FileFingerprint {
  readonly bytes: number;
  /** When it was last written [ms]. */
  readonly modifiedMs: number;
  /** SHA-256 of its content. */
  readonly sha256: string;
}

/**
 * Of an extracted clip, whose own bytes tell what it is, nothing is read.
 *
 * @throws the system's error where the file can't be read
 */
export async function fingerprintFile({
  path,
  stored,
}: Pick<MediaEntry, 'path' | 'stored'>): Promise<FileFingerprint> {
  if (stored && 'sha256' in stored) return { bytes: stored.length, modifiedMs: 0, sha256: stored.sha256 };
  const { size, mtimeMs } = await stat(path);
  return { bytes: size, modifiedMs: mtimeMs, sha256: await hashFile(path) };
}

/**
 * Whether a file is still what it was. Its content is read only where its date has changed, as after copying it; of a
 * file that is gone it is not known, and so it isn't.
 */
export async function isUnchanged(
  { path, stored }: Pick<MediaEntry, 'path' | 'stored'>,
  before: FileFingerprint,
): Promise<boolean> {
  if (stored) return 'sha256' in stored && stored.sha256 === before.sha256;
  const now = await stat(path).catch(() => null);
  if (now === null || now.size !== before.bytes) return false;
  return now.mtimeMs === before.modifiedMs || (await hashFile(path)) === before.sha256;
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const block of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(block as Buffer);
  return hash.digest('hex');
}
