import { modalities as both, type Modality, type XkdConfig } from '../config';
import { UserError } from '../errors';
import { BadFileList } from './badFiles';
import { BatchArrays, firstClips } from './batch';
import { openClipPool, wholeSecondsFor, type ClipPool } from './pool';
import type { ClipOutcome } from './tasks';
import type { BadFile, EvaluationBatch, MediaEntry, NdArray } from './types';

export interface EvaluationArgs {
  /** Clips in a batch; the last one may be smaller. */
  readonly batch: number;
  /** Default: both. */
  readonly modalities?: readonly Modality[];
  /** Clips of each file, evenly spread from its start to its end; 1 (the default): the middle. */
  readonly clipsPerVideo?: number;
  /** Threads and cache to share with others; by default the iteration has its own. */
  readonly pool?: ClipPool;
  /** Told of every file that was left out. */
  readonly onSkip?: (bad: BadFile) => void;
}

/**
 * Clips for evaluation in the order of the entries, the clips of a file one after the other: middle of the
 * frame, nothing augmented. Files that cannot be used are left out.
 *
 * @throws UserError if there are no files, or too many that cannot be used
 */
export async function* evaluationBatches(
  entries: readonly MediaEntry[],
  config: XkdConfig,
  args: EvaluationArgs,
): AsyncGenerator<EvaluationBatch, void, undefined> {
  if (entries.length === 0) throw new UserError('There are no files to evaluate on: choose another split.');
  const { modalities = both, clipsPerVideo = 1 } = args;
  const wholeSeconds = wholeSecondsFor(config, entries.length);
  const bad = new BadFileList(entries, config.loader.maxBadShare);
  const pool = args.pool ?? openClipPool(config);
  const wanted = entries.flatMap((entry) =>
    Array.from({ length: clipsPerVideo }, (_, clip) => ({ entry, clip })),
  );
  const load = async (from: number): Promise<EvaluationBatch | null> => {
    const part = wanted.slice(from, from + args.batch);
    const requests = part.map(({ entry, clip }) => ({
      path: entry.path,
      place: { kind: 'evaluation', clip, clips: clipsPerVideo } as const,
    }));
    const outcomes: ClipOutcome[] = [];
    await pool.clips(requests, modalities, wholeSeconds, (at, outcome) => (outcomes[at] = outcome));
    const arrays = new BatchArrays(part.length, config, { video: 0, audio: 0 }, modalities);
    const good: MediaEntry[] = [];
    const startSeconds: number[] = [];
    outcomes.forEach((outcome, i) => {
      const { entry } = part[i];
      if ('views' in outcome) {
        arrays.set(good.length, outcome.views);
        good.push(entry);
        startSeconds.push(outcome.startSeconds);
      } else if (!bad.has(entry.path)) {
        args.onSkip?.({ path: entry.path, reason: outcome.bad });
        bad.add(entry.path, outcome.bad);
      }
    });
    if (good.length === 0) return null;
    const first = (views: readonly NdArray[]): NdArray | null =>
      views.length === 0 ? null : firstClips(views[0], good.length);
    return { video: first(arrays.video), audio: first(arrays.audio), entries: good, startSeconds };
  };
  try {
    let ahead = load(0);
    for (let first = 0; first < wanted.length; first += args.batch) {
      const batch = await ahead;
      const next = first + args.batch;
      if (next < wanted.length) {
        ahead = load(next);
        ahead.catch(() => undefined);
      }
      if (batch) yield batch;
    }
  } finally {
    if (!args.pool) await pool.close();
  }
}
