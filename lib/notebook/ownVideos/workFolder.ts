import { createHash } from 'node:crypto';
import { rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Dataset } from '../../data';
import { projectPath } from '../../files/projectPath';
import { fastMode } from '../fastMode';

/** Where a notebook stores what it derives from a folder of videos. */
export interface WorkFolder {
  readonly path: string;
  /** Decoded clips. */
  readonly extracted: string;
  /** Checkpoints and metrics of pretraining. */
  readonly run: string;
  /** Cached features. */
  readonly features: string;
}

const parent = ['runs', 'own-videos'] as const;

/** Path of the log of opened files, common to all folders; null in fast mode, which repeats everything. */
export function openedLogPath(): string | null {
  return fastMode() ? null : projectPath(...parent, 'opened.jsonl');
}

/**
 * The work folder of a selection of files: a different one if a file was added, removed, renamed or modified.
 * In fast mode it is emptied first.
 */
export function workFolder({ root, entries }: Pick<Dataset, 'root' | 'entries'>): WorkFolder {
  const hash = createHash('sha256');
  for (const { path, label, split, startSeconds, endSeconds } of entries) {
    const { size, mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { size: null, mtimeMs: null };
    hash.update(`${JSON.stringify([path, label, split, startSeconds, endSeconds, size, mtimeMs])}\n`);
  }
  const path = projectPath(...parent, `${basename(root)}-${hash.digest('hex').slice(0, 8)}`);
  if (fastMode()) rmSync(path, { recursive: true, force: true });
  return {
    path,
    extracted: join(path, 'extracted'),
    run: join(path, 'run'),
    features: join(path, 'features'),
  };
}
