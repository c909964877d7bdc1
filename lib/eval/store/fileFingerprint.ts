import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { MediaEntry } from '../../data';
import { hashFile } from '../../files/hashFile';

/** Identifies a file, together with its audio file if there is one. */
export interface FileFingerprint {
  readonly bytes: number;
  /** Time of the last modification [ms]. */
  readonly modifiedMs: number;
  /** SHA-256 of its content. */
  readonly sha256: string;
}

/**
 * For an extracted clip nothing is read: its stored bytes identify it.
 *
 * @throws the system's error if the file can't be read
 */
export async function fingerprintFile({ stored, ...files }: ClipFiles): Promise<FileFingerprint> {
  if (stored && 'sha256' in stored) return { bytes: stored.length, modifiedMs: 0, sha256: stored.sha256 };
  return { ...(await stateOf(files)), sha256: await hashFiles(files) };
}

/**
 * True if a file is unchanged. Its content is read only if its modification date differs, for example after copying.
 * False if the file is gone.
 */
export async function isUnchanged(
  { stored, ...files }: ClipFiles,
  before: FileFingerprint,
): Promise<boolean> {
  if (stored) return 'sha256' in stored && stored.sha256 === before.sha256;
  const now = await stateOf(files).catch(() => null);
  if (now === null || now.bytes !== before.bytes) return false;
  return now.modifiedMs === before.modifiedMs || (await hashFiles(files)) === before.sha256;
}

type ClipFiles = Pick<MediaEntry, 'path' | 'sound' | 'stored'>;

/** Total size, and date of the newest file. */
async function stateOf({ path, sound }: ClipFiles): Promise<Pick<FileFingerprint, 'bytes' | 'modifiedMs'>> {
  const files = await Promise.all([path, ...(sound === undefined ? [] : [sound])].map((file) => stat(file)));
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return { bytes, modifiedMs: Math.max(...files.map(({ mtimeMs }) => mtimeMs)) };
}

async function hashFiles({ path, sound }: ClipFiles): Promise<string> {
  const { sha256: own } = await hashFile(path);
  if (sound === undefined) return own;
  return createHash('sha256')
    .update(`${own} ${(await hashFile(sound)).sha256}`)
    .digest('hex');
}
