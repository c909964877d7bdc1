import { RandomStream } from '../../random';
import type { NdArray, ViewBatch } from '../types';

/**
 * A control in which the modalities have nothing in common: every video of a batch gets the sound of another
 * clip in the batch. The videos, sounds and their views stay the same; only the pairing changes.
 *
 * @param batch of at least two clips; `entries` stay those of the videos
 * @param seed of the run; each step draws new partners, so that no pair can be memorised
 * @param sounds those of the whole batch, if this one is a share of it
 */
export function shufflePairs(batch: ViewBatch, seed: number, sounds = batch.audio): ViewBatch {
  const { step, microBatch, entries, share = { first: 0, of: entries.length } } = batch;
  const stream = RandomStream.fromSeed(seed).split('pairs', step, microBatch);
  const partners = drawPartners(stream, share.of).subarray(share.first, share.first + entries.length);
  return { ...batch, audio: sounds.map((view) => takeClips(view, partners)) };
}

/** A different clip for each clip: one random cycle through all of them. */
function drawPartners(stream: RandomStream, clips: number): Int32Array {
  const circle = stream.permutation(clips);
  const partners = new Int32Array(clips);
  circle.forEach((clip, i) => (partners[clip] = circle[(i + 1) % clips]));
  return partners;
}

function takeClips({ data, shape }: NdArray, clips: Int32Array): NdArray {
  const size = data.length / shape[0];
  const taken = new Float32Array(clips.length * size);
  clips.forEach((clip, i) => taken.set(data.subarray(clip * size, (clip + 1) * size), i * size));
  return { data: taken, shape: [clips.length, ...shape.slice(1)] };
}
