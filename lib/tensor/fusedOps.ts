import { nodeBackend } from './backend';
import { nativeInfo, ownOps, type tf } from './native';
import { placeOps } from './placement';

/*
 * The ops of lib/native, listed in kernels.c: pure functions like all others, with one pass over memory each. Those
 * of the optimiser are called here; those of layers are called beside their formulas.
 */

/** Ops that are called by name. */
const names = [
  ...['XkdAdamW', 'XkdBlend', 'XkdAttention', 'XkdAttentionGrad'],
  ...['XkdLayerNorm', 'XkdLayerNormGrad', 'XkdGelu', 'XkdGeluGrad'],
];

/** True if the ops are available and useful: native TensorFlow on a CPU, with this project's addon. Costs assume them. */
export function hasFusedOps(): boolean {
  if (nodeBackend().hasEveryOp) return true;
  const ops = ownOps();
  const { kind, device } = nativeInfo();
  const hasKernels = names.every((name) => ops.includes(name));
  return placeOps({ kind, device, hasKernels }).fused;
}

/** A parameter with its moments, before or after an update. */
export interface Moments<T = tf.Tensor> {
  readonly weight: T;
  readonly first: T;
  readonly second: T;
}

/**
 * AdamW update of one parameter.
 *
 * @param gradient before clipping
 * @param clip factor of the gradient
 * @param factors beta1, 1 - beta1, beta2, 1 - beta2, keep, root factor, epsilon, step size: `[8]`
 */
export function fusedAdamw(old: Moments, gradient: tf.Tensor, clip: tf.Tensor, factors: tf.Tensor): Moments {
  const inputs = [old.weight, old.first, old.second, gradient, clip, factors];
  const [weight, first, second] = nodeBackend().executeMultipleOutputs('XkdAdamW', [], inputs, 3);
  return { weight, first, second };
}

/** a factors[0] + b factors[1]. */
export function fusedLerp(a: tf.Tensor, b: tf.Tensor, factors: tf.Tensor): tf.Tensor {
  return nodeBackend().executeSingleOutput('XkdBlend', [], [a, b, factors]);
}
