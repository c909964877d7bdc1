import type { XkdConfig } from '../config';
import { chunkNames, joinFlat, splitFlat } from '../tensor/chunks';
import { tf } from '../tensor/native';
import type { TrainState } from './state';

/**
 * Whether weight decay applies: to tensors of more than one dimension whose name does not end in `bias` (method
 * section 8; class and mask tokens and positions are decayed).
 */
export function isDecayed(name: string, rank: number): boolean {
  return rank > 1 && !name.endsWith('bias');
}

/**
 * One AdamW update of the parameters that have a gradient; the others stay as they are, without decay, as in
 * PyTorch. w = w (1 - lr decay) - lr m' / (sqrt(v') + epsilon), with m', v' corrected for their start at 0.
 */
export function adamwUpdate(
  state: TrainState,
  gradients: ReadonlyMap<string, tf.Tensor>,
  learningRate: number,
  { beta1, beta2, epsilon, weightDecay }: XkdConfig['optimiser'],
): void {
  const { tensors, moments, updates } = state;
  const weight = (name: string) => tensors.get(name)!;
  const kind = (name: string) => `${isDecayed(name, weight(name).rank)} ${updates.get(name) ?? 0}`;
  for (const names of chunkNames([...gradients.keys()], (name) => weight(name).size, kind)) {
    const count = (updates.get(names[0]) ?? 0) + 1;
    const correction1 = 1 - beta1 ** count;
    const correction2 = 1 - beta2 ** count;
    const decay = isDecayed(names[0], weight(names[0]).rank) ? 1 - learningRate * weightDecay : 1;
    const old = names.map(weight);
    const [next, first, second] = tf.tidy(() => {
      const gradient = joinFlat(names.map((name) => gradients.get(name)!));
      const m = blend(momentsOf(moments.first, names, gradient), gradient, beta1);
      const v = blend(momentsOf(moments.second, names, gradient), tf.square(gradient), beta2);
      const denominator = tf.add(tf.mul(tf.sqrt(v), 1 / Math.sqrt(correction2)), epsilon);
      const change = tf.mul(tf.div(m, denominator), learningRate / correction1);
      const w = tf.sub(tf.mul(joinFlat(old), decay), change);
      return [w, m, v].map((flat) => splitFlat(flat, old));
    });
    const named = (values: tf.Tensor[]) => new Map(names.map((name, i) => [name, values[i]]));
    state.replace(tensors, named(next));
    state.replace(moments.first, named(first));
    state.replace(moments.second, named(second));
    for (const name of names) updates.set(name, count);
  }
}

/** Moments of a group as one vector; zeros before the first update. */
function momentsOf(moments: ReadonlyMap<string, tf.Tensor>, names: readonly string[], like: tf.Tensor): tf.Tensor {
  return moments.has(names[0]) ? joinFlat(names.map((name) => moments.get(name)!)) : tf.zerosLike(like);
}

/** share old + (1 - share) value */
function blend(old: tf.Tensor, value: tf.Tensor, share: number): tf.Tensor {
  return tf.add(tf.mul(old, share), tf.mul(value, 1 - share));
}
