import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

/** By what a file is known again. */
export interface FileFingerprint {
  readonly bytes: number;
  /** When it was last written [ms]. */
  readonly modifiedMs: number;
  /** SHA-256 of its content. */
  readonly sha256: string;
}

/** @throws the system's error where the file can't be read */
export async function fingerprintFile(path: string): Promise<FileFingerprint> {
  const { size, mtimeMs } = await stat(path);
  return { bytes: size, modifiedMs: mtimeMs, sha256: await hashFile(path) };
}

/**
 * Whether a file is still what it was. Its content is read only where its date has changed, as after copying it; of a
 * file that is gone it is not known, and so it isn't.
 */
export async function isUnchanged(path: string, before: FileFingerprint): Promise<boolean> {
  const now = await stat(path).catch(() => null);
  if (now === null || now.size !== before.bytes) return false;
  return now.mtimeMs === before.modifiedMs || (await hashFile(path)) === before.sha256;
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const block of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(block as Buffer);
  return hash.digest('hex');
}
