import { tf } from '../native';

/** What is known of a tensor without values. */
export interface Described {
  readonly shape: number[];
  readonly dtype: tf.DataType;
}

/** Arguments of an op that are not tensors, by name. */
export type OpArguments = Readonly<Record<string, unknown>>;

/** Shapes and types of an op's outputs. */
export type ShapeRule = (inputs: readonly Described[], args: OpArguments) => Described[];

const { backend_util, broadcast_util, slice_util, util } = tf;

/** Each output is like an input, given by its position. */
const likeInputs =
  (...positions: number[]): ShapeRule =>
  (inputs) =>
    positions.map((i) => inputs[i]);
const like = likeInputs(0);
const asBool: ShapeRule = ([{ shape }]) => [{ shape, dtype: 'bool' }];
const broadcast =
  (dtype?: tf.DataType): ShapeRule =>
  ([a, b]) => [
    {
      shape: broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape),
      dtype: dtype ?? a.dtype,
    },
  ];

/** Over the given axes, or all of them. */
const reduced: ShapeRule = ([{ shape, dtype }], { axis, reductionIndices, keepDims }) => {
  const axes = util.parseAxisParam((axis ?? reductionIndices ?? null) as number[], shape);
  const sizes = shape.map((size, i) => (axes.includes(i) ? 1 : size));
  return [{ shape: keepDims ? sizes : sizes.filter((_, i) => !axes.includes(i)), dtype }];
};

const firstIndex: ShapeRule = (inputs, { axis }) => [{ ...reduced(inputs, { axis })[0], dtype: 'int32' }];

/** Products of matrices `[..., n, k]` and `[..., k, m]`. The names of the switches are tfjs's or TensorFlow's. */
const product: ShapeRule = ([a, b], args) => {
  const rows = a.shape.at(isTransposed(args, 'a') ? -1 : -2)!;
  const columns = b.shape.at(isTransposed(args, 'b') ? -2 : -1)!;
  const batch = broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return [{ shape: [...batch, rows, columns], dtype: a.dtype }];
};

/** True if a product takes its operand `a` or `b` transposed. */
export function isTransposed(args: OpArguments, operand: 'a' | 'b'): boolean {
  return Boolean(args[`transpose${operand.toUpperCase()}`] ?? args[`transpose_${operand}`]);
}

/** Ops on single values; the result has the shape of the first operand. */
const elementwise =
  'Abs Acos Acosh Asin Asinh Atan Atanh Ceil ClipByValue Cos Cosh Cumprod Cumsum Elu Erf Exp Expm1 Floor LeakyRelu ' +
  'Log Log1p LogSoftmax Neg OnesLike Reciprocal Relu Relu6 Reverse Round Rsqrt Selu Sigmoid Sign Sin Sinh Softmax ' +
  'Softplus Sqrt Square Step Tan Tanh ZerosLike';
const pairwise =
  'Add Atan2 EluGrad FloorDiv Maximum Minimum Mod Multiply Pow Prelu RealDiv SquaredDifference Sub';
const comparisons = 'Equal Greater GreaterEqual Less LessEqual LogicalAnd LogicalOr LogicalXor NotEqual';

/** Rules by op: tfjs's kernels, and the ops that this project calls by TensorFlow's name or its own. */
export const shapeRules: Readonly<Record<string, ShapeRule>> = {
  ...rulesOf(elementwise, like),
  ...rulesOf(pairwise, broadcast()),
  ...rulesOf(comparisons, broadcast('bool')),
  ...rulesOf('IsFinite IsInf IsNan LogicalNot', asBool),
  ...rulesOf('All Any Max Mean Min Prod Sum', reduced),
  ...rulesOf('ArgMax ArgMin', firstIndex),
  ...rulesOf('BatchMatMul MatMul', product),
  AddN: like,
  Cast: ([{ shape }], { dtype }) => [{ shape, dtype: dtype as tf.DataType }],
  Concat: (inputs, { axis }) => {
    const along = util.parseAxisParam(axis as number, inputs[0].shape)[0];
    const shapes = inputs.map(({ shape }) => shape);
    return [{ shape: backend_util.computeOutShape(shapes, along), dtype: inputs[0].dtype }];
  },
  ExpandDims: ([{ shape, dtype }], { dim }) => {
    const at = dim as number;
    return [{ shape: spliced(shape, at < 0 ? shape.length + 1 + at : at, 0, 1), dtype }];
  },
  Fill: (_, { shape, dtype }) => [{ shape: shape as number[], dtype: (dtype as tf.DataType) ?? 'float32' }],
  GatherV2: ([{ shape, dtype }, rows], { axis = 0 }) => {
    const along = util.parseAxisParam(axis as number, shape)[0];
    return [{ shape: spliced(shape, along, 1, ...rows.shape), dtype }];
  },
  L2Loss: ([{ dtype }]) => [{ shape: [], dtype }],
  OneHot: ([{ shape }], { depth, dtype }) => [
    { shape: [...shape, depth as number], dtype: dtype as tf.DataType },
  ],
  Pack: (inputs, { axis }) => {
    const { shape, dtype } = inputs[0];
    return [{ shape: spliced(shape, axis as number, 0, inputs.length), dtype }];
  },
  PadV2: ([{ shape, dtype }], { paddings }) => {
    const added = paddings as [number, number][];
    return [{ shape: shape.map((size, i) => size + added[i][0] + added[i][1]), dtype }];
  },
  Select: likeInputs(1),
  Slice: ([{ shape, dtype }], { begin, size }) => {
    const [, sizes] = slice_util.parseSliceParams(
      { shape } as tf.Tensor,
      begin as number[],
      size as number[],
    );
    return [{ shape: sizes, dtype }];
  },
  SplitV: ([{ shape, dtype }], { numOrSizeSplits, axis }) => {
    const along = util.parseAxisParam(axis as number, shape)[0];
    const sizes = backend_util.prepareSplitSize(
      { shape } as tf.Tensor,
      numOrSizeSplits as number | number[],
      along,
    );
    return sizes.map((size) => ({ shape: spliced(shape, along, 1, size), dtype }));
  },
  Tile: ([{ shape, dtype }], { reps }) => [
    { shape: shape.map((size, i) => size * (reps as number[])[i]), dtype },
  ],
  Transpose: ([{ shape, dtype }], { perm }) => [{ shape: (perm as number[]).map((i) => shape[i]), dtype }],
  Unpack: ([{ shape, dtype }], { axis }) => {
    const along = util.parseAxisParam(axis as number, shape)[0];
    return Array.from({ length: shape[along] }, () => ({ shape: spliced(shape, along, 1), dtype }));
  },
  UnsortedSegmentSum: ([{ shape, dtype }, segments], { numSegments }) => [
    { shape: [numSegments as number, ...shape.slice(segments.shape.length)], dtype },
  ],
  XkdAdamW: likeInputs(0, 1, 2),
  XkdAttention: ([{ shape, dtype }]) => {
    const [clips, tokens, , heads, width] = shape;
    return [
      { shape: [clips, tokens, heads, width], dtype },
      { shape: [clips, heads, tokens, 2], dtype },
    ];
  },
  XkdAttentionGrad: like,
  XkdBlend: like,
  XkdGelu: like,
  XkdGeluGrad: likeInputs(1, 2),
  XkdLayerNorm: ([x]) => [x, { shape: [...x.shape.slice(0, -1), 2], dtype: x.dtype }],
  XkdLayerNormGrad: likeInputs(1, 3, 3),
};

function rulesOf(ops: string, rule: ShapeRule): Record<string, ShapeRule> {
  return Object.fromEntries(ops.split(' ').map((op) => [op, rule]));
}

/** A shape with some of its sizes replaced. */
function spliced(shape: readonly number[], at: number, removed: number, ...added: number[]): number[] {
  return [...shape.slice(0, at), ...added, ...shape.slice(at + removed)];
}
