import { type Modality, type XkdConfig, fullGrid, tokenCount } from '../config';
import type { NdArray } from '../data';
import type { Network } from '../eval';
import { patchStatistics } from '../losses';
import { drawNoise, maskOfViews, maskTensors, patchify, reconstruct, removedTokens } from '../model';
import { unpatchifyAudio, unpatchifyVideo } from '../nn';
import { RandomStream } from '../random';
import { tf } from '../tensor/native';

/* L tokens, P values per patch. */

export interface ReconstructionArgs {
  readonly network: Network;
  readonly modality: Modality;
  /** Global view of one clip: `[1, 3, T, S, S]` or `[1, 1, M, C]`. */
  readonly view: NdArray;
  /** Share of removed patches; default: the configuration's. */
  readonly maskRatio?: number;
  /** Seed of the mask. */
  readonly seed?: number;
}

/** A clip, the network's input and its reconstruction of the gaps. */
export interface ReconstructedView {
  /** 1 for a removed token, `[L]`. */
  readonly removed: Float32Array;
  /** The view's values. */
  readonly original: Float32Array;
  /** The same values with the removed patches replaced by the network's prediction. */
  readonly drawn: Float32Array;
  /** Squared error over the removed patches, normalised per patch: L_ae of this clip. */
  readonly loss: number;
}

/**
 * Masks a clip and lets the network reconstruct the gaps. The network predicts patches of mean 0 and standard
 * deviation 1; the picture takes mean and deviation of each patch from the original, as is usual for this
 * loss.
 *
 * @example
 * ```ts
 * import { configure, reconstructView, TrainState } from 'xkd';
 *
 * const state = TrainState.create(configure('nano'));
 * const sound = { data: new Float32Array(32 * 32).map((_, i) => i % 7), shape: [1, 1, 32, 32] };
 * const view = reconstructView({ network: state, modality: 'audio', view: sound, maskRatio: 0.75 });
 * const gaps = view.removed.filter((each) => each === 1);
 * console.log(gaps.length, view.removed.length); // 24 32
 * state.dispose();
 * ```
 */
export function reconstructView(args: ReconstructionArgs): ReconstructedView {
  const { network, modality, view, maskRatio, seed = 0 } = args;
  const { config, scope } = network;
  const tokens = tokenCount(fullGrid(config, modality));
  const noise = drawNoise(RandomStream.fromSeed(seed).split('reconstruction'), 1, tokens);
  const mask = maskOfViews(config, modality, noise, maskRatio);
  const removed = removedTokens(mask);
  return tf.tidy(() => {
    const input = tf.tensor(view.data, [...view.shape]);
    const { predicted } = reconstruct(config, scope, modality, input, maskTensors(mask), 'all'); // [1, L, P]
    const patches = patchify(config, modality, input); // [1, L, P]
    const { mean, deviation } = patchStatistics(patches);
    const gaps = tf.tensor(removed, [1, tokens, 1]);
    const filled = tf.add(patches, tf.mul(gaps, tf.sub(tf.add(tf.mul(predicted, deviation), mean), patches)));
    const error = tf.squaredDifference(predicted, tf.div(tf.sub(patches, mean), deviation));
    const loss = tf.div(tf.sum(tf.mul(tf.mean(error, -1, true), gaps)), tf.sum(gaps));
    return {
      removed,
      original: view.data,
      drawn: unpatchify(config, modality, filled, view.shape).dataSync<'float32'>(),
      loss: loss.dataSync()[0],
    };
  });
}

function unpatchify(
  config: XkdConfig,
  modality: Modality,
  tokens: tf.Tensor,
  shape: readonly number[],
): tf.Tensor {
  return modality === 'video'
    ? unpatchifyVideo(tokens, config.patch, shape)
    : unpatchifyAudio(tokens, config.patch, shape);
}
