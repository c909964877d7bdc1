import assert from 'node:assert/strict';
import { RandomStream, largestError, tf } from 'xkd/internal';
import { takeRows } from 'xkd/dist/tensor/gather';
import { CompiledFunction, hasGraphs } from 'xkd/dist/tensor/graph';

/*
 * Programs of random ops on matrices of random sizes. Native graphs must give the same values and gradients as op-by-op
 * execution. Values are kept near 1, so that every op stays in a range in which results can be compared.
 */

type Matrix = tf.Tensor2D;
type Op = (x: Matrix, y: Matrix, draw: (below: number) => number, rows: tf.Tensor1D) => tf.Tensor;

const ops: Record<string, Op> = {
  add: (x, y) => tf.add(x, y),
  subtract: (x, y) => tf.sub(x, y),
  multiply: (x, y) => tf.mul(x, y),
  divide: (x, y) => tf.div(x, tf.add(tf.abs(y), 1)),
  maximum: (x, y) => tf.maximum(x, y),
  minimum: (x, y) => tf.minimum(x, y),
  'squared difference': (x, y) => tf.squaredDifference(x, y),
  'a choice': (x, y, draw) =>
    tf.where(
      tf.tensor2d(
        Array.from({ length: x.size }, () => draw(2)),
        x.shape,
        'bool',
      ),
      x,
      tf.neg(y),
    ),
  'a comparison': (x, y) => tf.add(x, tf.step(tf.sub(x, y))),
  negative: (x) => tf.neg(x),
  absolute: (x) => tf.abs(x),
  square: (x) => tf.square(x),
  root: (x) => tf.sqrt(tf.add(tf.abs(x), 0.1)),
  exponential: (x) => tf.exp(tf.neg(tf.abs(x))),
  logarithm: (x) => tf.log(tf.add(tf.square(x), 1)),
  tanh: (x) => tf.tanh(x),
  erf: (x) => tf.erf(x),
  sigmoid: (x) => tf.sigmoid(x),
  relu: (x) => tf.relu(x),
  sine: (x) => tf.sin(x),
  clip: (x) => tf.clipByValue(x, -0.7, 0.9),
  softmax: (x) => tf.softmax(x),
  'log-softmax': (x) => tf.logSoftmax(x),
  'mean of rows': (x) => tf.sub(x, tf.mean(x, 1, true)),
  'sum of columns': (x, y) => tf.add(y, tf.div(tf.sum(x, 0, true), x.shape[0])),
  'largest of rows': (x) => tf.sub(x, tf.max(x, -1, true)),
  'transpose twice': (x, y) => tf.transpose(tf.mul(tf.transpose(x), tf.transpose(y))),
  'product of matrices': (x, y) => tf.matMul(tf.matMul(x, y, false, true), tf.div(y, y.size)),
  'batched product': (x, y) =>
    tf.squeeze(
      tf.matMul(
        tf.stack([tf.diag(tf.ones([x.shape[0]]) as tf.Tensor1D)]) as tf.Tensor3D,
        tf.stack([tf.add(x, y)]) as tf.Tensor3D,
      ),
      [0],
    ),
  'slice and concatenation': (x, y, draw) => {
    const at = draw(x.shape[0]);
    const [above, below] = [tf.slice(x, [0, 0], [at, -1]), tf.slice(y, [at, 0], [-1, -1])];
    return at === 0 ? below : tf.concat([above, below]);
  },
  // tfjs has no gradient of a split into a single part.
  'split and stack': (x) => (x.shape[0] === 1 ? x : tf.stack(tf.unstack(x).reverse())),
  'rows by number': (x, _, _draw, rows) => takeRows(x, rows),
  padding: (x, _, draw) => {
    const rows = draw(3);
    return tf.slice(
      tf.pad(x, [
        [rows, 1],
        [0, 2],
      ]),
      [0, 0],
      x.shape,
    );
  },
  tiling: (x, y) => tf.mul(y, tf.tile(tf.slice(x, [0, 0], [1, -1]), [x.shape[0], 1])),
  reshape: (x, y) => tf.reshape(tf.add(tf.reshape(x, [-1]), tf.reshape(y, [x.size])), x.shape),
  'a new axis': (x) => tf.mean(tf.mul(tf.expandDims(x, 0), tf.expandDims(x, 1)), 1),
  'constants, equal and not': (x) =>
    tf.add(tf.mul(x, tf.fill(x.shape, 0.5)), tf.reshape(tf.linspace(-1, 1, x.size), x.shape)),
};
const names = Object.keys(ops);

/** The program of a seed: which ops it applies, and to which of the values so far. */
function program(
  seed: number,
  length: number,
): { name: string; run: (x: Matrix, y: Matrix, rows: tf.Tensor1D) => Matrix } {
  const plan = RandomStream.fromSeed(seed).split('plan');
  const chosen = Array.from({ length }, (_, i) => ({
    // Each op is the first one of some program.
    name: i === 0 ? names[seed % names.length] : names[plan.integer(0, names.length)],
    left: plan.integer(0, i + 2),
    right: plan.integer(0, i + 2),
  }));
  return {
    name: chosen.map(({ name }) => name).join(', '),
    run: (x, y, rows) => {
      const draws = RandomStream.fromSeed(seed).split('draws');
      const values = [x, y];
      for (const { name, left, right } of chosen) {
        const value = ops[name](
          values[left],
          values[right],
          (below) => draws.integer(0, below),
          rows,
        ) as Matrix;
        // However long the program is, values stay as large as the initial ones.
        values.push(tf.div(value, tf.add(tf.mean(tf.abs(value)), 0.5)) as Matrix);
      }
      return values[values.length - 1];
    },
  };
}

describe('programs of random ops', function () {
  this.timeout(60_000);
  before(function () {
    if (!hasGraphs()) this.skip();
  });

  for (let seed = 0; seed < 2 * names.length; seed++) {
    const { name, run } = program(seed, 6);
    it(`equal themselves as graphs, with their gradients: ${name}`, () => {
      const sizes = RandomStream.fromSeed(seed).split('sizes');
      const compute = ({ x, y }: { x: Matrix; y: Matrix }) => {
        const numbers = RandomStream.fromSeed(seed).split('rows', x.shape[0]);
        const rows = tf.tensor1d(
          Array.from({ length: x.shape[0] }, () => numbers.integer(0, x.shape[0])),
          'int32',
        );
        const [forX, forY] = tf.grads((a: tf.Tensor, b: tf.Tensor) =>
          tf.add(tf.mean(tf.square(run(a as Matrix, b as Matrix, rows))), tf.sum(tf.mul(a, b))),
        )([x, y]);
        return { value: run(x, y, rows), forX, forY };
      };
      const compiled = new CompiledFunction(compute);
      for (let shape = 0; shape < 2; shape++) {
        const [rows, columns] = [sizes.integer(1, 10), sizes.integer(1, 18)];
        for (let call = 0; call < 2; call++) {
          tf.tidy(() => {
            const stream = RandomStream.fromSeed(seed).split('values', shape, call);
            const matrix = () =>
              tf.tensor2d(
                Float32Array.from({ length: rows * columns }, () => stream.normal()),
                [rows, columns],
              );
            const inputs = { x: matrix(), y: matrix() };
            const [expected, actual] = [compute(inputs), compiled.call(inputs)];
            for (const key of ['value', 'forX', 'forY'] as const) {
              assert.deepEqual(actual[key].shape, expected[key].shape, key);
              const [found, wanted] = [actual[key].dataSync(), expected[key].dataSync()];
              const error = wanted.every((each, i) => each === found[i]) ? 0 : largestError(found, wanted);
              assert.ok(error <= 1e-6, `${key} of [${rows}, ${columns}]: ${error}`);
            }
          });
        }
      }
      compiled.dispose();
    });
  }
});
