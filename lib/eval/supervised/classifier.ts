import type { XkdConfig } from '../../config';
import { type ParameterSpec, layerCount } from '../../model';
import { RandomStream } from '../../random';
import { linear } from '../../nn';
import { tf } from '../../tensor/native';

/* Linear classifier on a backbone's mean patch token. B batch, D width, K classes. */

/** Parameter names. */
export const classifierNames = { weight: 'classifier.weight', bias: 'classifier.bias' } as const;

/** Initial standard deviation of the weights (docs/method.md, section 10). */
const initialDeviation = 0.01;

/** What training a classifier asks of a parameter. */
export type TrainedSpec = Pick<ParameterSpec, 'name' | 'shape' | 'layer' | 'decayed' | 'lastLayer'>;

/** The classifier's parameters, in the last layer of a backbone with this encoder. */
export function classifierSpecs(encoder: XkdConfig['encoder'], classes: number): TrainedSpec[] {
  // The last layer that stands still at first is that of the projector.
  const traits = { layer: layerCount(encoder) - 1, lastLayer: false };
  return [
    { ...traits, name: classifierNames.weight, shape: [classes, encoder.width], decayed: true },
    { ...traits, name: classifierNames.bias, shape: [classes], decayed: false },
  ];
}

/** Weights drawn with mean 0 and standard deviation 0.01, biases 0. */
export function initialClassifier(width: number, classes: number, seed: number): Map<string, tf.Tensor> {
  const stream = RandomStream.fromSeed(seed).split('classifier');
  const weight = Float32Array.from({ length: classes * width }, () => stream.normal(0, initialDeviation));
  return new Map<string, tf.Tensor>([
    [classifierNames.weight, tf.tensor2d(weight, [classes, width])],
    [classifierNames.bias, tf.zeros([classes])],
  ]);
}

/**
 * @param features `[B, D]`
 * @returns logits `[B, K]`
 */
export function classify(features: tf.Tensor2D, weights: ReadonlyMap<string, tf.Tensor>): tf.Tensor2D {
  const { weight, bias } = classifierNames;
  return linear(features, weights.get(weight)!, weights.get(bias)!) as tf.Tensor2D;
}
