import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { MediaEntry } from '../../data';
import { hashFile } from '../../files/hashFile';

/** By what a file is known again, together with that of its sound where it has one. */
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
export async function fingerprintFile({ stored, ...files }: ClipFiles): Promise<FileFingerprint> {
  if (stored && 'sha256' in stored) return { bytes: stored.length, modifiedMs: 0, sha256: stored.sha256 };
  return { ...(await stateOf(files)), sha256: await hashFiles(files) };
}

/**
 * Whether a file is still what it was. Its content is read only where its date has changed, as after copying it; of a
 * file that is gone it is not known, and so it isn't.
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

/** Size of all, and date of the newest. */
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
