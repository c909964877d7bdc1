import {
  existsSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../../errors';
import { makeFolder } from '../../files/folder';
import { inspectFolder, settingsFile, writtenSettings, type SampleSettings } from './sampleSettings';

/** Creates the parent folder of a set. */
export function openParent(folder: string): void {
  const parent = dirname(folder);
  if (existsSync(parent) && !statSync(parent).isDirectory()) {
    throw new UserError(
      `"${parent}" is a file, so no folder can be made in it; choose another folder with --out.`,
    );
  }
  makeFolder(parent);
}

/**
 * Opens the work folder of a set. Files left by an interrupted call with the same settings are kept; all
 * others are removed.
 */
export function openWorkFolder(work: string, settings: SampleSettings): void {
  if (inspectFolder(work, settings) === 'other') rmSync(work, { recursive: true });
  makeFolder(join(work, 'clips'));
  writeFileSync(join(work, settingsFile), writtenSettings(settings));
}

/** Suffix of a clip that is being written. */
export const unfinishedEnding = '.unfinished';

/** Removes unfinished clips left by killed processes. */
export function removeUnfinished(work: string): void {
  const clips = join(work, 'clips');
  for (const name of readdirSync(clips)) if (name.endsWith(unfinishedEnding)) rmSync(join(clips, name));
}

/**
 * Renames a finished set to its final name. An old set is moved away only now, and is restored if the rename
 * fails.
 */
export function replaceFolder(folder: string, work: string): void {
  if (!existsSync(folder)) return renameSync(work, folder);
  const attic = mkdtempSync(`${folder}.old-`);
  renameSync(folder, join(attic, 'set'));
  try {
    renameSync(work, folder);
  } catch (error) {
    renameSync(join(attic, 'set'), folder);
    rmdirSync(attic);
    throw error;
  }
  rmSync(attic, { recursive: true });
}

/** @throws UserError if the disk has too little space for clips of this length */
export function requireSpace(folder: string, totalSeconds: number): void {
  const { bavail, bsize } = statfsSync(folder);
  const needed = totalSeconds * typicalBytesPerSecond;
  if (bavail * bsize > needed) return;
  const megabytes = (bytes: number): number => Math.ceil(bytes / 1e6);
  throw new UserError(
    `The clips need about ${megabytes(needed)} MB, but ${megabytes(bavail * bsize)} MB are free at "${folder}"; free some space or choose another folder with --out.`,
  );
}

const typicalBytesPerSecond = 50_000;
