import { createHash } from 'node:crypto';
import { rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Dataset } from '../../data';
import { fastMode, projectPath } from '../project';

/** Where a notebook keeps what it makes of a folder of videos. */
export interface WorkFolder {
  readonly path: string;
  /** Decoded clips. */
  readonly extracted: string;
  /** Checkpoints and metrics of the pretraining. */
  readonly run: string;
  /** Features, kept for the next time. */
  readonly features: string;
}

const parent = ['runs', 'own-videos'] as const;

/** Remembers which files were opened, in whatever folder; null in fast mode, which does everything again. */
export function openedLogPath(): string | null {
  return fastMode() ? null : projectPath(...parent, 'opened.jsonl');
}

/**
 * The work folder of a choice of files: another one where a file was added, removed, renamed or written to. In fast
 * mode it is emptied first.
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
