import { availableParallelism } from 'node:os';
import { BadMedia } from '../../media';
import { FfmpegHost } from '../../media/ffmpegHost';
import { scanMedia } from '../../media/probe';
import type { BadFile } from '../types';
import { decodeAll } from './decodeAll';
import { OpenedLog, type OpenedFile } from './openedLog';
import type { OpenedFiles } from './survey';

export interface OpenFilesArgs {
  /** Decode each from start to end instead of reading only its packets. */
  readonly decode: boolean;
  /** Where what was found out is written as it comes, so that another call continues from there; null: nowhere. */
  readonly log: string | null;
  /** Files that are the pictures or the sound of a clip alone: they need not have the other. */
  readonly halves?: ReadonlySet<string>;
  readonly onProgress?: (done: number, total: number, broken: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Opens every file, as many at a time as there are cores.
 *
 * @returns null if it was stopped by the signal
 */
export async function openFiles(paths: readonly string[], args: OpenFilesArgs): Promise<OpenedFiles | null> {
  const { decode, signal, onProgress } = args;
  const log = new OpenedLog(args.log, decode);
  const unique = [...new Set(paths)];
  const results: OpenedFile[] = [];
  const waiting: string[] = [];
  for (const path of unique) {
    const known = log.get(path);
    if (known) results.push(known);
    else waiting.push(path);
  }
  let broken = results.filter(({ reason }) => reason !== null).length;
  const host = new FfmpegHost();
  try {
    if (waiting.length > 0) await host.ready;
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < waiting.length && !signal?.aborted) {
        const path = waiting[next++];
        const result = await openFile(path, decode, host.socketPath, signal);
        if (!result) return;
        log.add(result);
        results.push(result);
        if (result.reason !== null) broken++;
        onProgress?.(results.length, unique.length, broken);
      }
    };
    await Promise.all(Array.from({ length: availableParallelism() }, work));
  } finally {
    log.close();
    await host.close();
  }
  return signal?.aborted ? null : sum(results, args);
}

/** @returns null if it was stopped */
async function openFile(
  path: string,
  decode: boolean,
  host: string,
  signal: AbortSignal | undefined,
): Promise<OpenedFile | null> {
  try {
    const scanned = await scanMedia(path, { host, signal });
    if (decode) await decodeAll(scanned, host, signal);
    const { durationSeconds: seconds, video, audio } = scanned.info;
    return { path, seconds, video: video !== null, audio: audio !== null, reason: null };
  } catch (error) {
    if (signal?.aborted) return null;
    if (error instanceof BadMedia) return { path, seconds: null, video: false, audio: false, reason: error.reason };
    throw error;
  }
}

function sum(results: readonly OpenedFile[], { decode: decoded, halves }: OpenFilesArgs): OpenedFiles {
  const good = results.filter(({ reason }) => reason === null);
  const broken = results.filter(({ reason }) => reason !== null);
  const single = good.filter(({ path }) => !halves?.has(path));
  return {
    files: results.length,
    withoutSound: single.filter(({ audio }) => !audio).length,
    withoutPictures: single.filter(({ video }) => !video).length,
    totalSeconds: good.reduce((total, { seconds }) => total + (seconds ?? 0), 0),
    broken: broken
      .map(({ path, reason }): BadFile => ({ path, reason: reason! }))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
    decoded,
  };
}
