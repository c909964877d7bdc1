import { tf } from '../tensor/native';

/** Added to the norm before dividing, as in the release. */
const normEpsilon = 1e-6;

/** Gradients after clipping and how many were shortened. */
export interface Clipped {
  readonly gradients: Map<string, tf.Tensor>;
  /** L2 norms before clipping, in the order of the names. */
  readonly norms: tf.Tensor1D;
}

/**
 * Clips each gradient tensor by itself to a norm of at most `limit` (method section 8): g min(1, limit / (|g| + 1e-6)).
 *
 * @param affected names that are clipped; the release clips backbones and heads of the students, not decoders
 */
export function clipPerTensor(
  gradients: ReadonlyMap<string, tf.Tensor>,
  limit: number,
  affected: (name: string) => boolean,
): Clipped {
  const clipped = new Map(gradients);
  const names = [...gradients.keys()].filter(affected);
  if (limit === 0 || names.length === 0) return { gradients: clipped, norms: tf.tensor1d([]) };
  const squares = names.map((name) => tf.tidy(() => tf.sum(tf.square(gradients.get(name)!))));
  const norms = tf.sqrt(tf.stack(squares)) as tf.Tensor1D;
  const factors = tf.unstack(tf.minimum(tf.div(limit, tf.add(norms, normEpsilon)), 1));
  names.forEach((name, i) => clipped.set(name, tf.mul(gradients.get(name)!, factors[i])));
  return { gradients: clipped, norms };
}
