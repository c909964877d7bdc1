import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RandomStream, UserError, largestError, tf } from 'xkd/internal';
import { gelu, layerNorm, linear, selfAttention, WeightScope } from 'xkd/dist/nn';
import { takeRows } from 'xkd/dist/tensor/gather';
import { CompiledFunction, GraphLimit, TraceError, nativeError } from 'xkd/dist/tensor/graph';
import { runOp } from 'xkd/dist/tensor/runOp';

type Tensors = Record<string, tf.Tensor>;

/** Functions of inputs of several shapes, including those used in the model. */
const functions: Record<string, (x: tf.Tensor, y: tf.Tensor) => Tensors> = {
  'sums and products': (x, y) => ({ a: tf.add(tf.mul(x, y), 2), b: tf.sub(x, tf.div(y, 3)) }),
  reductions: (x) => ({ a: tf.sum(x), b: tf.mean(x, -1, true), c: tf.max(x, 0) }),
  'reshapes and transposes': (x) => ({
    a: tf.transpose(tf.reshape(x, [-1, x.shape[1]!])),
    b: tf.expandDims(x, 1),
  }),
  'a product of matrices': (x, y) => ({ a: tf.matMul(x as tf.Tensor2D, y as tf.Tensor2D, false, true) }),
  'softmax and its logarithm': (x) => ({ a: tf.softmax(x), b: tf.logSoftmax(x) }),
  'split, stack and concat': (x, y) => {
    const [first, rest] = tf.split(x, [1, x.shape[0] - 1]);
    return { a: tf.concat([rest, first, y]), b: tf.stack([x, y]), c: tf.unstack(y)[0] };
  },
  'a gradient': (x, y) => ({ a: tf.grad((z: tf.Tensor) => tf.sum(tf.mul(tf.square(z), y)))(x) }),
  'constants, large and small': (x) => ({
    a: tf.add(x, tf.fill(x.shape, 0.5)),
    b: tf.mul(x, tf.range(0, x.size).reshape(x.shape)),
    c: tf.add(x, tf.zerosLike(x)),
  }),
  'rows taken, also twice': (x) => ({
    a: takeRows(x as tf.Tensor2D, tf.tensor1d([0, x.shape[0] - 1, 0], 'int32')),
    b: tf.pad(x as tf.Tensor2D, [
      [1, 0],
      [0, 2],
    ]),
    c: tf.tile(tf.expandDims(x, 0), [2, 1, 1]),
  }),
  'exact GELU and layer norm': (x, y) => ({
    a: gelu(x),
    b: layerNorm(x, tf.slice(tf.reshape(y, [-1]), 0, x.shape[1]!), tf.fill([x.shape[1]!], 0.1)),
  }),
  'the gradient of a layer': (x, y) => {
    const layer = (input: tf.Tensor) => tf.mean(tf.square(gelu(linear(layerScaled(input), y))));
    const layerScaled = (input: tf.Tensor) =>
      layerNorm(input, tf.fill([x.shape[1]!], 1.5), tf.fill([x.shape[1]!], 0.1));
    const [a, b] = tf.grads(
      (p: tf.Tensor, q: tf.Tensor) => tf.add(layer(p), tf.mean(tf.mul(p, q))) as tf.Scalar,
    )([x, y]);
    return { a, b };
  },
  'self-attention and its gradient': (x, y) => {
    const width = x.shape[1]!;
    const weights: Record<string, tf.Tensor> = {
      'qkv.weight': tf.concat([tf.ones([width, width]), tf.eye(width), tf.eye(width)]),
      'proj.weight': tf.mul(tf.eye(width), 0.5),
      'proj.bias': tf.zeros([width]),
    };
    const scope = new WeightScope((name) => weights[name]);
    const attend = (input: tf.Tensor) =>
      selfAttention(tf.stack([tf.mul(input, 0.1), y]) as tf.Tensor3D, scope, 1).tokens;
    return { a: attend(x), b: tf.grad((input: tf.Tensor) => tf.mean(attend(input)))(x) };
  },
  'an input handed through': (x, y) => ({ a: x, b: tf.neg(y) }),
};

const shapes = [
  [2, 3],
  [1, 1],
  [7, 2],
  [5, 40],
];

describe('a traced function', () => {
  const random = (stream: RandomStream, shape: number[]) =>
    tf.tensor(
      Float32Array.from({ length: shape[0] * shape[1] }, () => stream.normal()),
      shape,
    );

  for (const [name, compute] of Object.entries(functions)) {
    it(`equals the function itself, at its first call and later: ${name}`, () => {
      const compiled = new CompiledFunction(({ x, y }: Tensors) => compute(x, y));
      for (const [index, shape] of shapes.entries()) {
        for (let call = 0; call < 3; call++) {
          tf.tidy(() => {
            const stream = RandomStream.fromSeed(name).split(index, call);
            const inputs = { x: random(stream, shape), y: random(stream, shape) };
            const expected = compute(inputs.x, inputs.y);
            const actual = compiled.call(inputs);
            assert.deepEqual(Object.keys(actual), Object.keys(expected));
            for (const key of Object.keys(expected)) {
              assert.deepEqual(actual[key].shape, expected[key].shape, key);
              const error = largestError(actual[key].dataSync(), expected[key].dataSync());
              assert.ok(error <= 1e-6, `${key}: ${error}`);
            }
          });
        }
      }
      assert.equal(compiled.traces, shapes.length);
      compiled.dispose();
    });
  }

  it('is traced again when a number beside the tensors changes', () => {
    const compiled = new CompiledFunction(({ x, factor }: { x: tf.Tensor; factor: number }) =>
      tf.mul(x, factor),
    );
    const x = tf.scalar(3);
    assert.equal(compiled.call({ x, factor: 2 }).dataSync()[0], 6);
    assert.equal(compiled.call({ x, factor: 5 }).dataSync()[0], 15);
    assert.equal(compiled.call({ x, factor: 2 }).dataSync()[0], 6);
    assert.equal(compiled.traces, 2);
    compiled.dispose();
  });

  it('takes and gives Maps and lists', () => {
    const compiled = new CompiledFunction(({ group }: { group: Map<string, tf.Tensor[]> }) => ({
      doubled: new Map([...group].map(([name, list]) => [name, list.map((tensor) => tf.mul(tensor, 2))])),
    }));
    for (const value of [1, 4]) {
      const { doubled } = compiled.call({ group: new Map([['a.b', [tf.scalar(value), tf.scalar(-value)]]]) });
      assert.deepEqual(
        doubled.get('a.b')!.map((tensor) => tensor.dataSync()[0]),
        [2 * value, -2 * value],
      );
    }
    assert.equal(compiled.traces, 1);
    compiled.dispose();
  });

  it('refuses to depend on the values of a tensor', () => {
    const compiled = new CompiledFunction(({ x }: Tensors) => (x.dataSync()[0] > 0 ? x : tf.neg(x)));
    assert.throws(() => compiled.call({ x: tf.scalar(1) }), TraceError);
    assert.equal(tf.scalar(2).dataSync()[0], 2, 'the backend is as it was before');
  });

  it('refuses to read values also by the ways that promise them or draw a mask from them', async () => {
    const later: Promise<unknown>[] = [];
    const reads: ((x: tf.Tensor) => tf.Tensor)[] = [
      (x) => tf.scalar(x.arraySync() as number),
      (x) => (later.push(x.data()), x),
      (x) => tf.tensor1d([...x.bufferSync().values]),
      (x) => tf.scalar(x.toString().length),
    ];
    for (const read of reads) {
      later.length = 0;
      const compiled = new CompiledFunction(({ x }: Tensors) => tf.neg(read(x)));
      const call = async () => {
        compiled.call({ x: tf.scalar(1) });
        await Promise.all(later);
      };
      await assert.rejects(
        call,
        (error: Error) => error instanceof TraceError && /read the values/.test(error.message),
      );
    }
  });

  it('tells of a graph that is too large with the way out', () => {
    const told = nativeError({
      code: 'INVALID_ARGUMENT',
      message:
        'Cannot serialize protocol buffer of type tensorflow.GraphDef as the serialized size (3000000000bytes) would be larger than 2GB',
    });
    assert.ok(told instanceof GraphLimit);
    assert.match(told.message, /choose fewer blocks, or take steps op by op \(--eager\)/);
  });

  it('tells the first of several causes, which a GPU has', () => {
    const causes = [
      '2 root error(s) found.',
      '  (0) INVALID_ARGUMENT: not finite : Tensor had NaN values',
      '\t [[{{node CheckNumerics}}]]',
      '  (1) INVALID_ARGUMENT: not finite : Tensor had NaN values',
    ];
    const told = nativeError({ code: 'INVALID_ARGUMENT', message: causes.join('\n') });
    assert.equal(
      told.message,
      'TensorFlow could not run the graph (INVALID_ARGUMENT): not finite : Tensor had NaN values',
    );
  });

  it('refuses a tensor from outside that is no input, and names the op', () => {
    const outside = tf.tensor1d([1, 2, 3]);
    const compiled = new CompiledFunction(({ x }: Tensors) => tf.mul(x, outside));
    assert.throws(
      () => compiled.call({ x: tf.scalar(1) }),
      (error: Error) => error instanceof TraceError && /Mul uses a tensor of shape \[3\]/.test(error.message),
    );
  });

  it('refuses an op that TensorFlow does not have, and names it', () => {
    const compiled = new CompiledFunction(({ x }: Tensors) => runOp('NoSuchOp', [x], { T: 'float32' }));
    assert.throws(
      () => compiled.call({ x: tf.scalar(1) }),
      (error: Error) =>
        error instanceof UserError &&
        /^TensorFlow \d[\d.]+ has no op "NoSuchOp", .* use the TensorFlow that set-up installs/.test(
          error.message,
        ),
    );
    assert.equal(tf.scalar(2).dataSync()[0], 2, 'the backend is as it was before');
  });

  it('refuses a shape that depends on values, and names the op', () => {
    const compiled = new CompiledFunction(({ x }: Tensors) => runOp('Where', [x], { T: 'float32' }));
    assert.throws(() => compiled.call({ x: tf.tensor1d([0, 1]) }), /Where/);
  });

  it('never reads a graph from a file', () => {
    const folder = dirname(require.resolve('xkd/dist/tensor/graph'));
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.js')))
      assert.doesNotMatch(readFileSync(join(folder, file), 'utf8'), /node:fs|loadSavedModel|readFile/, file);
  });

  it('rounds the operands of products to bf16 where that is asked for, and nothing else', () => {
    const compute = ({ x, y }: Tensors) => ({
      product: tf.matMul(x as tf.Tensor2D, y as tf.Tensor2D),
      sum: tf.add(x, 1e-3),
    });
    const compiled = new CompiledFunction(compute, { precision: () => 'bf16' });
    tf.tidy(() => {
      const stream = RandomStream.fromSeed(3);
      const [x, y] = [random(stream, [40, 40]), random(stream, [40, 40])];
      const [expected, actual] = [compute({ x, y }), compiled.call({ x, y })];
      const error = largestError(actual.product.dataSync(), expected.product.dataSync());
      assert.ok(error > 1e-5 && error < 1e-2, `products: ${error}`);
      assert.deepEqual(actual.sum.dataSync(), expected.sum.dataSync());
      assert.equal(actual.product.dtype, 'float32');
    });
    compiled.dispose();
  });

  it('leaves no tensors behind', () => {
    const compiled = new CompiledFunction(({ x }: Tensors) => ({ y: tf.softmax(x) }));
    const x = tf.tensor1d([1, 2]);
    tf.dispose(compiled.call({ x }));
    const before = tf.memory().numTensors;
    for (let i = 0; i < 3; i++) tf.dispose(compiled.call({ x }));
    assert.equal(tf.memory().numTensors, before);
    compiled.dispose();
  });
});
