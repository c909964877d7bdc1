import { availableParallelism } from 'node:os';
import { BadMedia, type Tracks } from '../../media';
import { FfmpegHost } from '../../media/ffmpeg/ffmpegHost';
import { scanMedia } from '../../media/probe';
import type { BadFile } from '../types';
import { decodeAll } from './decodeAll';
import { OpenedLog, type OpenedFile } from './openedLog';
import type { OpenedFiles } from './survey';
import { traitsOf, type FileTraits } from './traits';

export interface OpenFilesArgs {
  /** Decode each file completely instead of only reading its packets. */
  readonly decode: boolean;
  /**
   * File to which results are written as they arrive, so that another call can continue from there; null:
   * none.
   */
  readonly log: string | null;
  /** Files that provide only the pictures or only the sound of a clip; they need not have the other. */
  readonly halves?: ReadonlySet<string>;
  readonly onProgress?: (done: number, total: number, broken: number) => void;
  readonly signal?: AbortSignal;
  /** Tracks to use; default: those that the files mark. */
  readonly tracks?: Tracks;
}

/** Files that were opened, and the traits of each. */
export interface OpenedAll {
  readonly opened: OpenedFiles;
  /** Traits of the usable files. */
  readonly traits: ReadonlyMap<string, FileTraits>;
}

/**
 * Opens every file, as many in parallel as there are cores.
 *
 * @returns null if it was stopped by the signal
 */
export async function openFiles(paths: readonly string[], args: OpenFilesArgs): Promise<OpenedAll | null> {
  const { signal, onProgress } = args;
  const log = new OpenedLog(args.log, args.decode, args.tracks);
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
        const result = await openFile(path, args, host.socketPath);
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
  if (signal?.aborted) return null;
  const traits = new Map(results.flatMap((file) => (file.traits ? [[file.path, file.traits] as const] : [])));
  return { opened: sum(results, args), traits };
}

/** @returns null if it was stopped */
async function openFile(
  path: string,
  { decode, tracks, signal }: OpenFilesArgs,
  host: string,
): Promise<OpenedFile | null> {
  try {
    const scanned = await scanMedia(path, { host, signal, tracks });
    const traits = decode ? await decodeAll(scanned, { host, signal, tracks }) : traitsOf(scanned, null);
    const { durationSeconds: seconds, video, audio } = scanned.info;
    return { path, seconds, video: video !== null, audio: audio !== null, reason: null, traits };
  } catch (error) {
    if (signal?.aborted) return null;
    if (error instanceof BadMedia)
      return { path, seconds: null, video: false, audio: false, reason: error.reason, traits: null };
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
