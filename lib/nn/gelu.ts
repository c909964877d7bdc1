import { biasedGelu } from '../tensor/biasedGelu';
import { tf } from '../tensor/native';

/**
 * Exact GELU: z times the standard normal distribution function of z, computed with erf.
 *
 * @param x `[..., D]`
 * @param bias added to x first, so that z = x + bias: `[D]`
 */
export function gelu(x: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  return biasedGelu(x, bias ?? tf.zeros([x.shape[x.rank - 1]]));
}
