import { clipFrames, modalities as both, type Modality, type XkdConfig } from '../config';
import { UserError } from '../errors';
import { BadFileList } from './badFiles';
import { stack } from './batch';
import type { ClipViews } from './clipViews';
import { openClipPool, wholeSecondsFor, type ClipPool } from './pool';
import type { BadFile, EvaluationBatch, MediaEntry } from './types';

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
  const bad = new BadFileList(entries.length, config.loader.maxBadShare);
  const pool = args.pool ?? openClipPool(config);
  const wanted = entries.flatMap((entry) =>
    Array.from({ length: clipsPerVideo }, (_, clip) => ({ entry, clip })),
  );
  const load = async (first: number): Promise<EvaluationBatch | null> => {
    const part = wanted.slice(first, first + args.batch);
    const outcomes = await pool.clips(
      part.map(({ entry, clip }) => ({
        path: entry.path,
        place: { kind: 'evaluation', clip, clips: clipsPerVideo },
      })),
      modalities,
      wholeSeconds,
    );
    const clips: { entry: MediaEntry; views: ClipViews }[] = [];
    outcomes.forEach((outcome, i) => {
      const { entry } = part[i];
      if ('views' in outcome) clips.push({ entry, views: outcome.views });
      else if (!bad.has(entry.path)) {
        args.onSkip?.({ path: entry.path, reason: outcome.bad });
        bad.add(entry.path, outcome.bad);
      }
    });
    return clips.length === 0 ? null : toBatch(clips, config, modalities);
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

function toBatch(
  clips: readonly { entry: MediaEntry; views: ClipViews }[],
  config: XkdConfig,
  modalities: readonly Modality[],
): EvaluationBatch {
  const { clip, spectrogram } = config;
  const videoShape = [3, clipFrames(config), clip.frameSize, clip.frameSize];
  const audioShape = [1, spectrogram.melBands, spectrogram.columns];
  return {
    video: modalities.includes('video') ? stack(clips.map(({ views }) => views.video[0]), videoShape) : null,
    audio: modalities.includes('audio') ? stack(clips.map(({ views }) => views.audio[0]), audioShape) : null,
    entries: clips.map(({ entry }) => entry),
  };
}
