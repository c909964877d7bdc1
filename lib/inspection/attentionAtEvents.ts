import { type Modality, type XkdConfig, modalities, fullGrid } from '../config';
import type { PerModality } from '../model';
import type { PatchWeights } from './attentionView';

export interface AttentionAtEventsArgs {
  readonly config: XkdConfig;
  /** Patch weights of one clip. */
  readonly weights: PatchWeights;
  /** Start of the clip [s]. */
  readonly startSeconds: number;
  /** Times of the events [s]; those outside the clip are ignored. */
  readonly events: readonly number[];
}

/**
 * Mean weight of the patches whose time span contains an event, divided by the mean over all patches. It is 1
 * if the weights are independent of the events, and NaN if the clip contains no event.
 */
export function attentionAtEvents(args: AttentionAtEventsArgs): PerModality<number> {
  const [video, audio] = modalities.map((modality) => ratio(args, modality));
  return { video, audio };
}

/**
 * Mean weight over time within a clip, divided by the mean over all patches: one value per time span of a
 * patch.
 */
export function attentionOverTime(
  config: XkdConfig,
  modality: Modality,
  weights: ArrayLike<number>,
): Float32Array {
  const grid = fullGrid(config, modality);
  const slots = modality === 'video' ? grid[0] : grid[1]; // tokens are ordered (t, h, w) and (mel, time)
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
