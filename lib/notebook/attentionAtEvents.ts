import { type Modality, type XkdConfig, modalities, fullGrid } from '../config';
import type { PerModality } from '../model';
import type { PatchWeights } from './attentionView';

export interface AttentionAtEventsArgs {
  readonly config: XkdConfig;
  /** Weights of the patches of one clip. */
  readonly weights: PatchWeights;
  /** Where the clip begins [s]. */
  readonly startSeconds: number;
  /** When something happens [s]; those outside the clip are passed over. */
  readonly events: readonly number[];
}

/**
 * The mean weight of the patches in whose stretch of time something happens, over the mean of all patches: 1 where
 * the weights do not care. NaN where nothing happens in the clip.
 */
export function attentionAtEvents(args: AttentionAtEventsArgs): PerModality<number> {
  const [video, audio] = modalities.map((modality) => ratio(args, modality));
  return { video, audio };
}

/** The mean weight at each moment of a clip, over the mean of all: one value for each stretch that patches span. */
export function attentionOverTime(
  config: XkdConfig,
  modality: Modality,
  weights: ArrayLike<number>,
): Float32Array {
  const grid = fullGrid(config, modality);
  const slots = modality === 'video' ? grid[0] : grid[1]; // tokens lie (t, h, w) and (mel, time)
  const each = weights.length / slots;
  const sums = new Float32Array(slots);
  for (let i = 0; i < weights.length; i++) {
    sums[modality === 'video' ? Math.floor(i / each) : i % slots] += weights[i] / each;
  }
  const mean = sums.reduce((a, b) => a + b, 0) / slots;
  return sums.map((sum) => sum / mean);
}

function ratio(args: AttentionAtEventsArgs, modality: Modality): number {
  const { config, weights, startSeconds, events } = args;
  const overTime = attentionOverTime(config, modality, weights[modality]);
  const slotSeconds = config.clip.seconds / overTime.length;
  const slots = new Set(events.map((seconds) => Math.floor((seconds - startSeconds) / slotSeconds)));
  const hit = [...slots].filter((slot) => slot >= 0 && slot < overTime.length);
  return hit.reduce((sum, slot) => sum + overTime[slot], 0) / hit.length;
}
