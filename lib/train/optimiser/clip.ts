import { tf } from '../../tensor/native';
import { hasNativeOps, runOp } from '../../tensor/runOp';

/** Added to the norm before dividing, as in the release. */
const normEpsilon = 1e-6;

/** Result of clipping. */
export interface Clipping {
  /** Factors of the clipped gradients, by name; the others stay unchanged. */
  readonly factors: ReadonlyMap<string, tf.Scalar>;
  /** L2 norms before clipping, in the order of the names. */
  readonly norms: tf.Tensor1D;
}

/**
 * Clips each gradient tensor separately to a norm of at most `limit` (docs/method.md, section 8):
 * g min(1, limit / (|g| + 1e-6)).
 *
 * @param affected names that are clipped; the release clips backbones and heads of the students, not decoders
 *
 * @example
 * ```ts
 * import { clipPerTensor, tf } from 'xkd';
 *
 * const factors = tf.tidy(() => {
 *   const gradients = new Map([
 *     ['long', tf.tensor1d([3, 4])], // Norm 5
 *     ['short', tf.tensor1d([0.6, 0.8])], // Norm 1
 *   ]);
 *   const clipped = clipPerTensor(gradients, 2, () => true).factors;
 *   return [...clipped].map(([name, factor]) => `${name} ${factor.arraySync().toFixed(3)}`);
 * });
 * console.log(factors); // [ 'long 0.400', 'short 1.000' ]
 * ```
 */
export function clipPerTensor(
  gradients: ReadonlyMap<string, tf.Tensor>,
  limit: number | tf.Scalar,
  affected: (name: string) => boolean,
): Clipping {
  const names = [...gradients.keys()].filter(affected);
  if (names.length === 0) return { factors: new Map(), norms: tf.tensor1d([]) };
  const norms = tf.sqrt(squareSums(names.map((name) => gradients.get(name)!)));
  const factors = tf.unstack(tf.minimum(tf.div(limit, tf.add(norms, normEpsilon)), 1)) as tf.Scalar[];
  return { factors: new Map(names.map((name, i) => [name, factors[i]])), norms };
}

/** Sum of squares of each tensor. */
function squareSums(tensors: readonly tf.Tensor[]): tf.Tensor1D {
  if (!hasNativeOps()) return tf.stack(tensors.map((values) => tf.sum(tf.square(values)))) as tf.Tensor1D;
  // Computes half of each sum in one pass, without storing the squares.
  const halves = tensors.map((values) => runOp('L2Loss', [values], { T: 'float32' }));
  return tf.mul(tf.stack(halves), 2) as tf.Tensor1D;
}
