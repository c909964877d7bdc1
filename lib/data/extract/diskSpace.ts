import { statfsSync, statSync } from 'node:fs';
import { UserError } from '../../errors';
import { BadMedia, probe } from '../../media';
import { stretchOf } from '../loader/stretch';
import type { MediaEntry } from '../types';
import { sampleBytes } from '../stored/record';
import type { StoredForm } from '../types';

/** Largest number of files whose length is probed. */
const mostProbed = 48;
const probesAtOnce = 4;
/** Conservative estimate of JPEG bytes per pixel at this quality. */
const jpegBytesPerPixel = 0.5;
/** Record, headers and padding of a clip. */
const overheadBytes = 4096;

/** Estimated size of a data set in stored form. */
export interface SpaceEstimate {
  readonly bytesPerClip: number;
  readonly secondsPerClip: number;
}

/**
 * Estimates the size of stored clips from the headers of a sample of the files (of all files, if they are
 * few).
 */
export async function estimateSpace(
  entries: readonly MediaEntry[],
  form: StoredForm,
): Promise<SpaceEstimate> {
  const count = Math.min(mostProbed, entries.length);
  const sample = Array.from({ length: count }, (_, i) => entries[Math.floor((i * entries.length) / count)]);
  const found = { bytes: 0, seconds: 0 };
  const probeAll = async (): Promise<void> => {
    for (let entry = sample.pop(); entry !== undefined; entry = sample.pop()) {
      const { bytes, seconds } = await estimateClip(entry, form);
      found.bytes += bytes;
      found.seconds += seconds;
    }
  };
  await Promise.all(Array.from({ length: probesAtOnce }, probeAll));
  return { bytesPerClip: found.bytes / count, secondsPerClip: found.seconds / count };
}

/** @throws UserError if a folder has less free space than needed */
export function requireSpace(folder: string, neededBytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (neededBytes <= free) return;
  throw new UserError(
    `The extracted form needs about ${inUnits(neededBytes)}, but ${inUnits(free)} are free at "${folder}": free some space, ` +
      'take --frames jpeg or a smaller --short-side, or another folder with --out (--no-space-check continues anyway).',
  );
}

/** Formats a number of bytes for display. */
export function inUnits(bytes: number): string {
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1e3;
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1e3;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

async function estimateClip(
  entry: MediaEntry,
  form: StoredForm,
): Promise<{ bytes: number; seconds: number }> {
  try {
    const info = await probe(entry.path);
    const seconds = stretchOf(entry, info.durationSeconds) ?? secondsBySize(entry.path);
    const { framesPerSecond, shortSide, sampleRateHz, frames } = form;
    const { width, height } = info.video ?? { width: 0, height: 0 };
    const aspect = width > 0 && height > 0 ? Math.max(width, height) / Math.min(width, height) : 4 / 3;
    const pixels = info.video ? framesPerSecond * shortSide ** 2 * aspect : 0;
    const samples = info.audio ? sampleRateHz * sampleBytes[frames === 'raw' ? 'float32' : 'int16'] : 0;
    const perSecond = pixels * (frames === 'raw' ? 3 : jpegBytesPerPixel) + samples;
    return { bytes: seconds * perSecond + overheadBytes, seconds };
  } catch (error) {
    // The manifest will list it with its reason.
    if (error instanceof BadMedia) return { bytes: overheadBytes, seconds: 0 };
    throw error;
  }
}

/** Length of a file that does not state it, assuming a typical rate of 1 Mbit/s. */
function secondsBySize(path: string): number {
  return statSync(path).size / 125_000;
}
