import { tf } from './native';
import { hasNativeOps, runOp } from './runOp';

/**
 * Selects rows of a matrix. A row may be selected more than once.
 *
 * @param x `[n, D]`
 * @param rows integers in [0, n): `[k]`
 * @returns `[k, D]`
 */
export function takeRows(x: tf.Tensor2D, rows: tf.Tensor1D): tf.Tensor2D {
  // tf.gather reads the rows back to check them, which takes time and cannot be traced.
  if (!hasNativeOps()) return gatherComposed(x, rows);
  return tf.customGrad((input) => {
    const source = input as tf.Tensor2D;
    const value = runOp('GatherV2', [source, rows, tf.scalar(0, 'int32')], {
      Tparams: 'float32',
      Tindices: 'int32',
      Taxis: 'int32',
      batch_dims: 0,
    });
    const gradFunc = (dy: tf.Tensor) => tf.unsortedSegmentSum(dy as tf.Tensor2D, rows, source.shape[0]);
    return { value, gradFunc };
  })(x) as tf.Tensor2D;
}

/** {@link takeRows} with ops of every backend: WebAssembly has no UnsortedSegmentSum, which tf.gather's gradient uses. */
function gatherComposed(x: tf.Tensor2D, rows: tf.Tensor1D): tf.Tensor2D {
  return tf.customGrad((input) => {
    const source = input as tf.Tensor2D;
    const gradFunc = (dy: tf.Tensor) => tf.scatterND(tf.expandDims(rows, 1), dy, source.shape);
    return { value: tf.gather(source, rows), gradFunc };
  })(x) as tf.Tensor2D;
}

/**
 * Selects tokens of each sample, equally many from all.
 *
 * @param tokens `[B, N, D]`
 * @param rows integer indices into the flattened `[B N, D]`, sample by sample: `[B K]`
 * @returns `[B, K, D]`
 */
export function takeTokens(tokens: tf.Tensor3D, rows: tf.Tensor1D): tf.Tensor3D {
  const [batch, count, width] = tokens.shape;
  const taken = takeRows(tf.reshape(tokens, [batch * count, width]), rows);
  return tf.reshape(taken, [batch, rows.size / batch, width]); // [B, K, D]
}
