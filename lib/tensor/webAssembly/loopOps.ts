import { tf } from '../native';
import type { Loops } from './loops';

/*
 * The project's ops (lib/native) for a browser: each takes tensors, calls a loop and gives tensors. Shapes are those of the
 * native ops, which the C files state.
 */

/** Reads a tensor's values without copying them, and makes tensors, on the backend in use. */
export interface Values {
  read(tensor: tf.TensorInfo): Float32Array;
  make(shape: readonly number[], values: Float32Array): tf.Tensor;
}

export type LoopOp = (loops: Loops, values: Values, inputs: readonly tf.TensorInfo[]) => tf.Tensor[];

export const loopOps: Readonly<Record<string, LoopOp>> = {
  XkdAttention(loops, { read, make }, [qkv]) {
    const [clips, tokens, , heads, width] = qkv.shape;
    const size = clips * tokens * heads * width;
    const scratch = loops.attentionScratch(tokens, width, false);
    const operands = [read(qkv), size, 2 * clips * heads * tokens, scratch];
    const [, out, statistics] = loops.call('attention', operands, (at) => [
      clips,
      tokens,
      heads,
      width,
      ...at,
    ]);
    return [make([clips, tokens, heads, width], out), make([clips, heads, tokens, 2], statistics)];
  },

  XkdAttentionGrad(loops, { read, make }, [qkv, statistics, slope]) {
    const [clips, tokens, , heads, width] = qkv.shape;
    const scratch = loops.attentionScratch(tokens, width, true);
    const operands = [read(qkv), read(statistics), read(slope), 3 * clips * tokens * heads * width, scratch];
    const views = loops.call('attentionGradient', operands, (at) => [clips, tokens, heads, width, ...at]);
    return [make(qkv.shape, views[3])];
  },

  XkdLayerNorm(loops, { read, make }, [x, scale, shift, epsilon]) {
    const [rows, width] = rowsOf(x);
    const [factor] = read(epsilon);
    const operands = [read(x), read(scale), read(shift), rows * width, 2 * rows];
    const views = loops.call('layerNorm', operands, ([a, b, c, y, s]) => [
      rows,
      width,
      a,
      b,
      c,
      factor,
      y,
      s,
    ]);
    return [make(x.shape, views[3]), make([...x.shape.slice(0, -1), 2], views[4])];
  },

  XkdLayerNormGrad(loops, { read, make }, [slope, x, statistics, scale]) {
    const [rows, width] = rowsOf(x);
    const operands = [read(slope), read(x), read(statistics), read(scale), rows * width, width, width];
    const views = loops.call('layerNormGradient', operands, (at) => [rows, width, ...at]);
    return [make(x.shape, views[4]), make([width], views[5]), make([width], views[6])];
  },

  XkdGelu(loops, { read, make }, [x, bias]) {
    const [rows, width] = rowsOf(x);
    const views = loops.call('gelu', [read(x), read(bias), rows * width], (at) => [rows, width, ...at]);
    return [make(x.shape, views[2])];
  },

  XkdGeluGrad(loops, { read, make }, [slope, x, bias]) {
    const [rows, width] = rowsOf(x);
    const operands = [read(slope), read(x), read(bias), rows * width, width];
    const views = loops.call('geluGradient', operands, (at) => [rows, width, ...at]);
    return [make(x.shape, views[3]), make([width], views[4])];
  },

  XkdAdamW(loops, { read, make }, [weight, first, second, gradient, clip, factors]) {
    const [factor] = read(clip);
    const operands = [weight, first, second, gradient, factors].map(read);
    const call = ([w, m, v, g, f]: readonly number[]) => [operands[0].length, w, m, v, g, factor, f];
    const views = loops.call('adamw', operands, call);
    return [0, 1, 2].map((i) => make(weight.shape, views[i]));
  },

  XkdBlend(loops, { read, make }, [a, b, factors]) {
    const operands = [a, b, factors].map(read);
    const [blended] = loops.call('blend', operands, (at) => [operands[0].length, ...at]);
    return [make(a.shape, blended)];
  },
};

/** Product of two matrices, each of which may be given transposed: `[n, m]`. */
export function multiply(
  loops: Loops,
  { read, make }: Values,
  [a, b]: readonly [tf.TensorInfo, tf.TensorInfo],
  transposeA: boolean,
  transposeB: boolean,
): tf.Tensor2D {
  const [rows, inner] = transposeA ? [a.shape[1], a.shape[0]] : a.shape;
  const width = b.shape[transposeB ? 0 : 1];
  const wide = Math.ceil(width / lanes) * lanes;
  const operands = [read(a), read(b), rows * wide, loops.productScratch(width, inner)];
  const flags = [Number(transposeA), Number(transposeB)];
  const views = loops.call('product', operands, ([left, right, out, scratch]) => [
    ...[rows, width, inner, left, flags[0], right, flags[1], out, scratch],
  ]);
  return make([rows, width], wide === width ? views[2] : narrowed(views[2], wide, width)) as tf.Tensor2D;
}

/** Numbers that the loops compute with at once. */
const lanes = 4;

function narrowed(values: Float32Array, wide: number, width: number): Float32Array {
  const rows = values.length / wide;
  const result = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    result.set(values.subarray(row * wide, row * wide + width), row * width);
  }
  return result;
}

function rowsOf({ shape }: tf.TensorInfo): [rows: number, width: number] {
  const width = shape[shape.length - 1];
  return [shape.slice(0, -1).reduce((product, n) => product * n, 1), width];
}
