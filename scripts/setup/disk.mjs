import fs from 'node:fs';
import { root } from './paths.mjs';
import { SetupError } from './failure.mjs';

/** Free space on a folder's disk [bytes]; default: the checkout's. */
export function freeBytes(folder = root) {
  const { bavail, bsize } = fs.statfsSync(folder);
  return bavail * bsize;
}

/** A number of bytes in readable form, such as 2.0 GB. */
export function readableBytes(bytes) {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}

/** Stops a step before it fills the disk. */
export function requireSpace(step, neededBytes, free = freeBytes()) {
  if (free >= neededBytes) return;
  throw new SetupError(
    `${step} needs ${readableBytes(neededBytes)} of free disk space and ${readableBytes(free)} are free: free some and run the command again.`,
  );
}
