import { availableParallelism } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { Piscina } from 'piscina';
import { UserError } from '../../errors';
import { writeFileAtomic } from '../../files/atomicWrite';
import { fileError } from '../../files/fileError';
import { ChildTable } from '../../media/children';
import { ffmpegPath } from '../../media/ffmpeg/ffmpeg';
import type { ClipSpec } from './clipSpec';
import type { ClipTask } from './clipWorker';
import { FolderLock } from '../../files/locks/folderLock';
import { drawClips, sampleIndex } from './sampleIndex';
import {
  inspectFolder,
  readSettings,
  sampleSettings,
  settingsDifference,
  type SampleSettings,
  type SettingsArgs,
} from './sampleSettings';
import { openParent, openWorkFolder, removeUnfinished, replaceFolder, requireSpace } from './workFolder';

export interface SampleOptions extends SettingsArgs {
  /** Folder of the set; default `data/sample`. */
  readonly out?: string;
  /** Worker threads; default: the number of cores. */
  readonly workers?: number;
  /** Replaces a sample set with other settings. */
  readonly force?: boolean;
  /** Stops the work; finished clips are kept, and the same call continues from there. */
  readonly signal?: AbortSignal;
}

export interface SampleSummary {
  /** Absolute path. */
  readonly folder: string;
  readonly settings: SampleSettings;
  readonly clips: number;
  /** Total length of all clips. */
  readonly totalSeconds: number;
  /** False if the set already existed. */
  readonly made: boolean;
}

/**
 * Called with the number of finished clips and of all clips; the first time with those of an earlier,
 * interrupted call.
 */
export type SampleProgress = (done: number, total: number) => void;

/**
 * Makes a sample set: mp4 files under `clips/`, `index.csv` and `settings.json`. Work takes place in
 * `<out>.partial`, which is renamed when everything is done; an existing set with the same settings is kept.
 *
 * @throws UserError if the folder holds something else or cannot be written, the disk is full, or ffmpeg
 * fails
 */
export async function makeSampleSet(
  options: SampleOptions = {},
  onProgress?: SampleProgress,
): Promise<SampleSummary> {
  const folder = resolve(options.out ?? join('data', 'sample'));
  const workers = options.workers ?? availableParallelism();
  if (!Number.isInteger(workers) || workers < 1 || workers > 256) {
    throw new UserError(`workers must be a whole number from 1 to 256; ${workers} is not.`);
  }
  const settings = sampleSettings(options);
  const specs = drawClips(settings);
  const totalSeconds = specs.reduce((sum, spec) => sum + spec.durationSeconds, 0);
  const summary = { folder, settings, clips: specs.length, totalSeconds };
  if (isThere(folder, settings, options)) return { ...summary, made: false };
  const work = `${folder}.partial`;
  try {
    openParent(folder);
    // Beside the folders, because they are renamed.
    const lock = await FolderLock.take({
      folder: dirname(folder),
      name: `.${basename(folder)}.lock`,
      doing: 'is making',
      subject: work,
    });
    try {
      // Another process may just have made it.
      if (isThere(folder, settings, options)) return { ...summary, made: false };
      openWorkFolder(work, settings);
      requireSpace(work, totalSeconds);
      await makeClips(specs, { work, settings, workers, signal: options.signal }, onProgress);
      removeUnfinished(work);
      writeFileAtomic(join(work, 'index.csv'), sampleIndex(specs));
      replaceFolder(folder, work);
    } finally {
      lock.release();
    }
  } catch (error) {
    throw fileError(error, work, 'write');
  }
  return { ...summary, made: true };
}

/** @throws UserError if something else exists there that must not be replaced */
function isThere(folder: string, settings: SampleSettings, { force }: SampleOptions): boolean {
  const found = inspectFolder(folder, settings);
  if (found === 'other' && !force) {
    const difference = settingsDifference(readSettings(folder)!, settings);
    throw new UserError(
      `"${folder}" holds a sample set with other settings (${difference}); replace it with --force or choose another folder with --out.`,
    );
  }
  return found === 'same';
}

interface MakeArgs {
  readonly work: string;
  readonly settings: SampleSettings;
  readonly workers: number;
  readonly signal?: AbortSignal;
}

/**
 * Has the worker threads make all clips; at the first failure or an abort, they and their ffmpeg processes
 * end.
 */
async function makeClips(
  specs: readonly ClipSpec[],
  args: MakeArgs,
  onProgress?: SampleProgress,
): Promise<void> {
  const { work, settings, signal } = args;
  const ffmpeg = ffmpegPath();
  const children = new ChildTable();
  const atExit = (): void => children.killAll();
  process.once('exit', atExit);
  const threads = Math.min(args.workers, specs.length);
  const filename = join(__dirname, 'clipWorker.js');
  const pool = new Piscina({ filename, minThreads: threads, maxThreads: threads });
  const stop = (): void => children.killAll();
  signal?.addEventListener('abort', stop, { once: true });
  const common = { settings, folder: work, ffmpeg, children: children.memory };
  let done = 0;
  const make = async ({ split, index }: ClipSpec): Promise<void> => {
    const task: ClipTask = { split, index, ...common };
    const problem = (await pool.run(task)) as string | null;
    if (problem !== null) throw new UserError(problem);
    onProgress?.(++done, specs.length);
  };
  if (signal?.aborted) stop();
  const clips = specs.map(make);
  try {
    await Promise.all(clips);
  } catch (error) {
    if (!signal?.aborted) throw error;
    throw new UserError(
      `Stopped after ${done} of ${specs.length} clips; the same command continues from there.`,
    );
  } finally {
    signal?.removeEventListener('abort', stop);
    // A thread that ends before its ffmpeg would never reap it, so each must report its end first.
    children.killAll();
    await Promise.allSettled(clips);
    process.off('exit', atExit);
    await pool.destroy();
  }
}
