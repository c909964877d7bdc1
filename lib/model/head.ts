import type { NetworkStructure } from '../config';
import { type WeightScope, gelu, layerNorm, linear, standardise, unitRows } from '../nn';
import { tf } from '../tensor/native';

/**
 * Projection head (docs/method.md, section 4): Linear, LayerNorm, GELU; the same again; Linear to the bottleneck; L2
 * normalisation; weight-normalised Linear with gain 1; LayerNorm without scale and shift. The hidden LayerNorms are one
 * module.
 *
 * @param features patch means `[B, D]`
 * @param head scope such as `vid_student.head`
 * @returns outputs before the softmax `[B, outputs]`
 *
 * @example
 * ```ts
 * import { configure, project, tf, TrainState } from 'xkd';
 *
 * const state = TrainState.create(configure('nano'));
 * const shape = tf.tidy(() => {
 *   const features = tf.ones<tf.Rank.R2>([5, state.config.encoder.width]);
 *   return project(state.config, features, state.scope.at('vid_student.head')).shape;
 * });
 * console.log(shape, state.config.projector.outputs); // [ 5, 128 ] 128
 * state.dispose();
 * ```
 */
export function project(
  { projector }: NetworkStructure,
  features: tf.Tensor2D,
  head: WeightScope,
): tf.Tensor2D {
  const norm = head.at('mlp.1');
  let hidden: tf.Tensor = features;
  for (let i = 0; i < projector.layers - 1; i++) {
    const layer = head.at('mlp', 3 * i);
    const sum = linear(hidden, layer.get('weight'), layer.get('bias')); // [B, hidden]
    hidden = gelu(layerNorm(sum, norm.get('weight'), norm.get('bias')));
  }
  const last = head.at('mlp', 3 * (projector.layers - 1));
  const bottleneck = linear(hidden, last.get('weight'), last.get('bias')); // [B, bottleneck]
  const lastLayer = head.at('last_layer');
  const weight = tf.mul(unitRows(lastLayer.get('weight_v')), lastLayer.get('weight_g')); // [outputs, bottleneck]
  return standardise(linear(unitRows(bottleneck), weight)) as tf.Tensor2D;
}
