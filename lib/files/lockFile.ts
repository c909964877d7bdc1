import { readFileSync, statSync } from 'node:fs';
import { fileError } from './fileError';
import { ownerState, parseOwner, type Owner } from './owner';

/** The file of a lock as it was found. */
export interface FoundLock {
  readonly text: string;
  /** Null where the file names none. */
  readonly owner: Owner | null;
  readonly host: string;
  readonly modifiedMs: number;
}

/** How long a holder that can't be asked may show no life [ms]. */
export const usualSilentMs = 30_000;

/** The lock that lies at a path; null where there is none. */
export function readLock(path: string): FoundLock | null {
  try {
    const text = readFileSync(path, 'utf8');
    const [name, host = 'another machine'] = text.trim().split(' ');
    return { text, owner: parseOwner(name), host, modifiedMs: statSync(path).mtimeMs };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw fileError(error, path, 'read');
  }
}

/**
 * Whether a lock is held, for those who only look on: `abandoned` is one whose process has ended without letting go of it, or
 * that has shown no life for long, as clocks tell.
 */
export function lockState(path: string): 'free' | 'held' | 'abandoned' {
  const found = readLock(path);
  if (found === null) return 'free';
  const state = found.owner ? ownerState(found.owner) : 'is elsewhere';
  if (state === 'is elsewhere') return Date.now() - found.modifiedMs > usualSilentMs ? 'abandoned' : 'held';
  return state === 'runs' ? 'held' : 'abandoned';
}
