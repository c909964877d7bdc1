import { readFileSync, statSync } from 'node:fs';
import { fileError } from '../fileError';
import { ownerState, parseOwner, type Owner } from './owner';

/** A lock file as it was found. */
export interface FoundLock {
  readonly text: string;
  /** Null if the file names no owner. */
  readonly owner: Owner | null;
  readonly host: string;
  readonly modifiedMs: number;
}

/** Time without a sign of life after which a holder that cannot be queried loses its lock [ms]. */
export const usualSilentMs = 30_000;

/** The lock at a path; null if there is none. */
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
 * State of a lock, for observers. `abandoned`: its process has ended without releasing it, or it has shown no
 * sign of life for long, by the clocks.
 */
export function lockState(path: string): 'free' | 'held' | 'abandoned' {
  const found = readLock(path);
  if (found === null) return 'free';
  const state = found.owner ? ownerState(found.owner) : 'is elsewhere';
  if (state === 'is elsewhere') return Date.now() - found.modifiedMs > usualSilentMs ? 'abandoned' : 'held';
  return state === 'runs' ? 'held' : 'abandoned';
}
