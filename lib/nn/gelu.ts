import { tf } from '../tensor/native';

/** Exact GELU: x times the standard normal distribution function, through erf. */
export function gelu(x: tf.Tensor): tf.Tensor {
  return tf.customGrad((input, save) => {
    const z = input as tf.Tensor;
    const below = tf.mul(tf.add(tf.erf(tf.mul(z, Math.SQRT1_2)), 1), 0.5); // P(Z <= z)
    (save as tf.GradSaveFunc)([z, below]);
    return { value: tf.mul(z, below), gradFunc: (dy, saved) => tf.mul(dy as tf.Tensor, slope(saved)) };
  })(x);
}

/** d/dz of z P(Z <= z) = P(Z <= z) + z p(z). */
function slope([z, below]: tf.Tensor[]): tf.Tensor {
  const density = tf.mul(tf.exp(tf.mul(tf.square(z), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return tf.add(below, tf.mul(z, density));
}
