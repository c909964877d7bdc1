import { nodeBackend } from './backend';
import { hasFusedOps } from './fusedOps';
import { tf } from './native';

/* GELU after adding a bias: its formula, and the fused op, which takes one pass and keeps only its input. */

/**
 * Exact GELU of x + bias.
 *
 * @param x `[..., D]`
 * @param bias `[D]`
 */
export function biasedGelu(x: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  return hasFusedOps() ? fusedGelu(x, bias) : composedGelu(tf.add(x, bias));
}

/** z times the standard normal distribution function of z, computed with erf and single ops. */
export function composedGelu(x: tf.Tensor): tf.Tensor {
  return tf.customGrad((input, save) => {
    const z = input as tf.Tensor;
    const below = tf.mul(tf.add(tf.erf(tf.mul(z, Math.SQRT1_2)), 1), 0.5); // P(Z <= z)
    (save as tf.GradSaveFunc)([z, below]);
    return { value: tf.mul(z, below), gradFunc: (dy, saved) => tf.mul(dy as tf.Tensor, derivative(saved)) };
  })(x);
}

/** d/dz of z P(Z <= z) = P(Z <= z) + z p(z). */
function derivative([z, below]: tf.Tensor[]): tf.Tensor {
  const density = tf.mul(tf.exp(tf.mul(tf.square(z), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return tf.add(below, tf.mul(z, density));
}

function fusedGelu(x: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  return tf.customGrad((...args) => {
    const save = args.pop() as tf.GradSaveFunc;
    const inputs = args as tf.Tensor[];
    const value = nodeBackend().executeSingleOutput('XkdGelu', [], inputs);
    save(inputs);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      nodeBackend().executeMultipleOutputs('XkdGeluGrad', [], [dy, ...saved], 2);
    return { value, gradFunc: (dy, saved) => gradFunc(dy as tf.Tensor, saved) };
  })(x, bias);
}
