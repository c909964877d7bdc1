import { type Modality, type XkdConfig, modalities, fullGrid, tokenCount } from '../../config';
import type { NdArray, ViewBatch } from '../../data/types';
import { type ModelInputs, drawNoise, maskOfViews, maskTensors } from '../../model';
import { RandomStream } from '../../random';
import { tf } from '../../tensor/native';

/**
 * Tensors of a batch or micro-batch, and its masks, which depend only on the seed, the step and the position in the batch.
 */
export function modelInputs(config: XkdConfig, batch: ViewBatch): ModelInputs {
  const seeds = RandomStream.fromSeed(config.seed).split('mask');
  const mask = (modality: Modality) => {
    const clips = batch[modality][0].shape[0];
    const tokens = tokenCount(fullGrid(config, modality));
    const { first: own, of } = batch.share ?? { first: 0, of: clips };
    const first = batch.microBatch * of + own;
    const all = drawNoise(seeds.split(modality, batch.step), first + clips, tokens);
    return maskTensors(maskOfViews(config, modality, all.subarray(first * tokens)));
  };
  const [video, audio] = modalities.map((modality) => batch[modality].map(toTensor));
  return { views: { video, audio }, masks: { video: mask('video'), audio: mask('audio') } };
}

function toTensor({ data, shape }: NdArray): tf.Tensor {
  return tf.tensor(data, [...shape]);
}
