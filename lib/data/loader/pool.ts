import { join } from 'node:path';
import { Piscina } from 'piscina';
import { clipFrames, type Modality, type XkdConfig } from '../../config';
import { UserError } from '../../errors';
import { processorsHere } from '../../ranks/launched';
import { FfmpegHost } from '../../media/ffmpeg/ffmpegHost';
import { ClipCache } from './cache';
import { clipSamples } from '../augment';
import type { BatchArrays } from './batch';
import { requireFittingForm } from '../stored/storedForm';
import { deafBand, melFilterbank } from '../spectrogram/melFilterbank';
import type { ClipOutcome, ClipPlace, ClipTask } from './tasks';
import { keyOf, type FilePart } from './windowReader';
import type { WorkerSetup } from './worker';

/** A requested clip. */
export interface ClipRequest {
  readonly file: FilePart;
  readonly place: ClipPlace;
  /** Place in the batch that {@link ClipPool.clips} writes into. */
  readonly position?: number;
}

/**
 * Worker threads that decode and augment clips, and the decoded files they share. Created by
 * {@link openClipPool}; a loader and evaluations with the same configuration may share one.
 */
export class ClipPool {
  private readonly piscina: Piscina<ClipTask, ClipOutcome[]>;
  private readonly host = new FfmpegHost();
  private readonly cache: ClipCache;
  private readonly running = new Set<Promise<unknown>>();

  constructor(readonly config: XkdConfig) {
    const threads = config.loader.workers || Math.max(1, processorsHere() - 1);
    const workerData: WorkerSetup = { config, host: this.host.socketPath };
    this.piscina = new Piscina<ClipTask, ClipOutcome[]>({
      filename: join(__dirname, 'worker.js'),
      minThreads: 1,
      maxThreads: threads,
      // Two at a time: one waits for ffmpeg or the main thread while the other computes.
      concurrentTasksPerWorker: 2,
      idleTimeout: 60_000,
      workerData,
    });
    this.cache = new ClipCache(config.loader.cacheMegabytes * 1e6);
    unreachable.register(this, { host: this.host, piscina: this.piscina }, this);
  }

  /** Memory held by decoded files [bytes]. */
  get cachedBytes(): number {
    return this.cache.bytes;
  }

  /** Number of worker threads. */
  get threads(): number {
    return this.piscina.options.maxThreads;
  }

  /**
   * Makes clips in parallel.
   *
   * @param wholeSeconds files up to this length are decoded whole, see {@link wholeSecondsFor}
   * @param onClip called for each request with its number among the requests, in any order
   * @param into batch into which the views are written; default: `onClip` gets them
   * @throws UserError if clips were extracted in a form other than the configuration requires
   */
  async clips(
    requests: readonly ClipRequest[],
    modalities: readonly Modality[],
    wholeSeconds: number,
    onClip: (number: number, outcome: ClipOutcome) => void,
    into?: BatchArrays,
  ): Promise<void> {
    const size = Math.min(mostClipsPerTask, Math.ceil(requests.length / (2 * this.threads)));
    const parts = [];
    for (let first = 0; first < requests.length; first += size) {
      const part = this.run(requests.slice(first, first + size), { modalities, wholeSeconds, into });
      parts.push(part.then((outcomes) => outcomes.forEach((outcome, i) => onClip(first + i, outcome))));
    }
    await Promise.all(parts);
  }

  /** Ends the threads and every ffmpeg process; pending work fails. */
  async close(): Promise<void> {
    unreachable.unregister(this);
    await this.host.close();
    await Promise.allSettled(this.running);
    await this.piscina.destroy();
  }

  private async run(
    requests: readonly ClipRequest[],
    common: Omit<ClipTask, 'jobs'>,
  ): Promise<ClipOutcome[]> {
    const { modalities, wholeSeconds } = common;
    const key = (file: FilePart): string => keyOf(file, modalities, wholeSeconds);
    const jobs = requests.map(
      ({ file: { path, sound, startSeconds, endSeconds, stored }, place, position }) => {
        const file = { path, sound, startSeconds, endSeconds, stored };
        requireFittingForm(file, this.config, modalities);
        return { file, place, position, known: this.cache.get(key(file)) };
      },
    );
    await this.host.ready;
    const work = this.piscina.run({ jobs, ...common });
    this.running.add(work);
    try {
      const outcomes = await work;
      outcomes.forEach((outcome, i) => {
        if ('views' in outcome && outcome.learnt) this.cache.put(key(jobs[i].file), outcome.learnt);
      });
      return outcomes;
    } finally {
      this.running.delete(work);
    }
  }
}

interface Workers {
  readonly host: FfmpegHost;
  readonly piscina: Piscina;
}

/** In a notebook, rerunning a cell may drop the only reference to a pool; its threads then end. */
const unreachable = new FinalizationRegistry<Workers>(({ host, piscina }) => {
  void host.close().then(() => piscina.destroy());
});

/**
 * @throws UserError if a mel band is too narrow for the spectrum's resolution
 *
 * @example
 * ```ts
 * import { configure, openClipPool } from 'xkd';
 *
 * const pool = openClipPool(configure('nano', { 'loader.workers': 2 }));
 * console.log(pool.threads, pool.cachedBytes); // 2 0
 * await pool.close();
 * ```
 */
export function openClipPool(config: XkdConfig): ClipPool {
  const { clip, spectrogram } = config;
  const deaf = deafBand(melFilterbank({ ...spectrogram, sampleRateHz: clip.sampleRateHz }));
  if (deaf >= 0) {
    throw new UserError(
      `Mel band ${deaf + 1} of ${spectrogram.melBands} lies between two bins of a spectrum of ${spectrogram.fftSize} samples and would hear nothing; ` +
        'choose fewer spectrogram.melBands, a larger spectrogram.fftSize, or minHz and maxHz further apart.',
    );
  }
  return new ClipPool(config);
}

/**
 * Length up to which files are decoded whole [s]. Long files are included if all clips fit into the cache;
 * otherwise only those for which it costs little more than decoding the window. Depends only on the
 * configuration and the number of files.
 */
export function wholeSecondsFor(config: XkdConfig, files: number): number {
  const frameBytes = 3 * config.clip.frameSize ** 2 * usualAspect;
  const clipBytes = clipFrames(config) * frameBytes + 4 * clipSamples(config);
  const fits = files * clipBytes <= config.loader.cacheMegabytes * 1e6;
  return fits ? mostWholeSeconds : 2 * config.clip.seconds;
}

const mostClipsPerTask = 24;
/** Longer files are never decoded whole [s]. */
export const mostWholeSeconds = 30;
const usualAspect = 4 / 3;
