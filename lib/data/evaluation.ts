import { modalities as both, type Modality, type XkdConfig } from '../config';
import { UserError } from '../errors';
import { BadFileList } from './lists/badFiles';
import { ClipArrays } from './loader/clipArrays';
import { clipPlaces, cropsOf, middleClip, type ClipPlan } from './loader/clipPlan';
import { mostWholeSeconds, openClipPool, wholeSecondsFor, type ClipPool } from './loader/pool';
import type { ClipOutcome } from './loader/tasks';
import type { BadFile, EvaluationBatch, MediaEntry } from './types';

export interface EvaluationArgs {
  /** Batch size; the last batch may be smaller. */
  readonly batch: number;
  /** Default: both. */
  readonly modalities?: readonly Modality[];
  /** Clips to take from each file; default: its middle. */
  readonly plan?: ClipPlan;
  /** All files, if the entries are only the remaining ones: the limit on bad files applies to all of them. */
  readonly among?: readonly MediaEntry[];
  /** Worker threads and cache to share with others; default: the iteration creates its own. */
  readonly pool?: ClipPool;
  /** Called for every skipped file. */
  readonly onSkip?: (bad: BadFile) => void;
}

/**
 * Clips for evaluation in the order of the entries, with the clips of a file in succession. Unusable files
 * are skipped. Random draws do not depend on threads, batches or order.
 *
 * @throws UserError if there are no files, or too many unusable ones
 */
export async function* evaluationBatches(
  entries: readonly MediaEntry[],
  config: XkdConfig,
  args: EvaluationArgs,
): AsyncGenerator<EvaluationBatch, void, undefined> {
  if (entries.length === 0) throw new UserError('There are no files to evaluate on: choose another split.');
  const { modalities = both, plan = middleClip } = args;
  const wholeSeconds = Math.max(wholeSecondsFor(config, entries.length), secondsOf(plan, config));
  const bad = new BadFileList(args.among ?? entries, config.loader.maxBadShare, 'evaluation');
  const pool = args.pool ?? openClipPool(config);
  const wanted = entries.flatMap((entry) => clipPlaces(plan, entry).map((place) => ({ entry, place })));
  const load = async (from: number): Promise<EvaluationBatch | null> => {
    const part = wanted.slice(from, from + args.batch);
    const requests = part.map(({ entry, place }) => ({ file: entry, place }));
    const outcomes: ClipOutcome[] = [];
    await pool.clips(requests, modalities, wholeSeconds, (at, outcome) => (outcomes[at] = outcome));
    const arrays = new ClipArrays(config, modalities, part.length, cropsOf(plan));
    const good: MediaEntry[] = [];
    const startSeconds: number[] = [];
    outcomes.forEach((outcome, i) => {
      const { entry } = part[i];
      if ('views' in outcome) {
        arrays.push(outcome.views);
        good.push(entry);
        startSeconds.push(outcome.startSeconds);
      } else if (!bad.has(entry.path)) {
        args.onSkip?.({ path: entry.path, reason: outcome.bad });
        bad.add(entry, outcome.bad, outcome.partly);
      }
    });
    if (good.length === 0) return null;
    return { video: arrays.array('video'), audio: arrays.array('audio'), entries: good, startSeconds };
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

/** If several clips of a file overlap, decoding the whole file is cheaper. */
function secondsOf({ clips }: ClipPlan, { clip }: XkdConfig): number {
  return Math.min(mostWholeSeconds, clips * clip.seconds);
}
