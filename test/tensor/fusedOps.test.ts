import assert from 'node:assert/strict';
import { RandomStream, largestError, tf } from 'xkd/internal';
import { linear } from 'xkd/dist/nn';
import { attend, attentionRows, composedAttend } from 'xkd/dist/tensor/attend';
import { nodeBackend } from 'xkd/dist/tensor/backend';
import { biasedGelu, composedGelu } from 'xkd/dist/tensor/biasedGelu';
import { hasFusedOps } from 'xkd/dist/tensor/fusedOps';
import { CompiledFunction, Program } from 'xkd/dist/tensor/graph';
import { endForward } from 'xkd/dist/tensor/stage';
import { composedNormalise, normaliseRows } from 'xkd/dist/tensor/normaliseRows';
import { referenceAttention } from '../support/attentionReference';

const stream = RandomStream.fromSeed(7).split('fused ops');
let draws = 0;

function random(shape: number[], spread = 1): tf.Tensor {
  const own = stream.split(String(draws++));
  const count = shape.reduce((product, n) => product * n, 1);
  return tf.tensor(
    Float32Array.from({ length: count }, () => spread * own.normal()),
    shape,
  );
}

/** Value of a function, and the gradients of sum(value slope) with respect to its inputs. */
function withGradients(compute: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[]): tf.Tensor[] {
  const slope = random(compute(...inputs).shape, 1);
  draws -= 1; // The same slope for every function of these inputs.
  const { grads } = tf.engine().gradients(() => tf.sum(tf.mul(compute(...inputs), slope)), inputs);
  return [compute(...inputs), ...grads];
}

/** Shapes `[B, N, 3, H, d]`: odd ones, single tokens, widths that do not fill a vector, several blocks of queries. */
const attentionShapes: number[][] = [
  [1, 1, 3, 1, 1],
  [2, 1, 3, 2, 16],
  [1, 2, 3, 3, 5],
  [3, 7, 3, 2, 12],
  [2, 13, 3, 4, 16],
  [1, 33, 3, 1, 64],
  [1, 65, 3, 2, 12],
  [1, 60, 3, 2, 64],
  [1, 97, 3, 1, 80],
  [1, 141, 3, 1, 64],
  [1, 200, 3, 1, 33],
];

describe('fused ops of layers', function () {
  this.timeout(30_000);

  before(function () {
    if (!hasFusedOps()) this.skip();
  });
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  for (const shape of attentionShapes) {
    for (const spread of [1, 8]) {
      it(`attention of [${shape}], values of about ${spread}, and its gradient: as exact as the formula`, () => {
        const qkv = random(shape, spread);
        const [out, gradient] = withGradients((x) => attend(x as tf.Tensor5D), [qkv]);
        const composed = withGradients((x) => composedAttend(x as tf.Tensor5D), [qkv]);
        const slope = withGradients((x) => tf.reshape(x, [-1]), [tf.zeros(out.shape)])[1].dataSync();
        const doubles = { shape, values: Float64Array.from(qkv.dataSync()) };
        const exact = referenceAttention(doubles, slope);
        const pairs = [
          [out, composed[0], exact.out],
          [gradient, composed[1], exact.slope],
        ] as const;
        for (const [fused, formula, expected] of pairs) {
          const error = largestError(fused.dataSync(), expected);
          // Scores have a relative rounding error of 6e-8, which carries over to everything computed from them.
          const ofFormula = largestError(formula.dataSync(), expected);
          const allowed = Math.max(1e-6, 2 * ofFormula, 1.2e-7 * exact.largestScore);
          assert.ok(error <= allowed, `error ${error}, of the formula ${ofFormula}`);
        }
      });
    }
  }

  it('attention with scores of several hundred has no infinities', () => {
    const [out, gradient] = withGradients((x) => attend(x as tf.Tensor5D), [random([1, 50, 3, 2, 32], 40)]);
    for (const values of [out, gradient]) assert.ok(values.dataSync().every(Number.isFinite));
  });

  it('rows of attention are those that attention mixes values by', () => {
    const qkv = random([2, 9, 3, 2, 4]) as tf.Tensor5D;
    const rows = attentionRows(qkv, 9); // [B, H, N, N]
    const values = tf.transpose(tf.reshape(tf.slice(qkv, [0, 0, 2], [2, 9, 1]), [2, 9, 2, 4]), [0, 2, 1, 3]);
    const mixed = tf.transpose(tf.matMul(rows, values as tf.Tensor4D), [0, 2, 1, 3]);
    assert.ok(largestError(attend(qkv).dataSync(), mixed.dataSync()) < 1e-6);
    const first = tf.slice(rows, [0, 0, 0, 0], [2, 2, 1, 9]);
    assert.ok(largestError(attentionRows(qkv, 1).dataSync(), first.dataSync()) < 1e-6);
  });

  for (const shape of [[1, 1], [3], [5, 16], [2, 7, 64], [300, 48], [2, 2, 3, 17], [37, 768], [0, 8]]) {
    const width = shape[shape.length - 1];

    it(`layer normalisation of [${shape}] and its gradients`, () => {
      const inputs = [random(shape, 3), random([width]), random([width])];
      const epsilon = 1e-5;
      const fused = withGradients((x, scale, shift) => normaliseRows(x, scale, shift, epsilon), inputs);
      const formula = withGradients((x, scale, shift) => composedNormalise(x, scale, shift, epsilon), inputs);
      // A row of one number has no deviation: its gradient is computed from 0.
      const tolerance = width === 1 ? Infinity : 2e-6;
      fused.forEach((values, i) => {
        assert.deepEqual(values.shape, formula[i].shape);
        const error = largestError(values.dataSync(), formula[i].dataSync());
        assert.ok(!(error > tolerance), `tensor ${i}: error ${error}`);
      });
    });

    it(`GELU of [${shape}] with a bias and its gradients`, () => {
      const inputs = [random(shape, 3), random([width])];
      const fused = withGradients((x, bias) => biasedGelu(x, bias), inputs);
      const formula = withGradients((x, bias) => composedGelu(tf.add(x, bias)), inputs);
      fused.forEach((values, i) => {
        assert.deepEqual(values.shape, formula[i].shape);
        // The formula adds 1 to erf, which leaves no significant digits far below 0.
        const error = tf.max(tf.abs(tf.sub(values, formula[i]))).dataSync()[0];
        const scale = Math.max(1, tf.max(tf.abs(formula[i])).dataSync()[0]);
        assert.ok(values.size === 0 || error <= 1e-6 * scale, `tensor ${i}: error ${error}`);
      });
    });
  }

  it('GELU is exact from far below to far above 0', () => {
    const z = tf.linspace(-9, 9, 6001);
    const [value, slope] = withGradients((x) => biasedGelu(x, tf.zeros([6001])), [z]);
    const given = withGradients((x) => tf.reshape(x, [-1]), [z])[1].dataSync();
    const [values, slopes] = [value.dataSync(), slope.dataSync()];
    z.dataSync().forEach((x, i) => {
      const below = normalBelow(x);
      const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
      const error = Math.abs(values[i] - x * below);
      assert.ok(error <= 1e-7 * Math.max(1, Math.abs(x)), `at ${x}: error ${error}`);
      const slopeError = Math.abs(slopes[i] - given[i] * (below + x * density));
      assert.ok(slopeError <= 3e-7 * Math.abs(given[i]), `slope at ${x}: error ${slopeError}`);
    });
  });

  it('give in a graph what they give op by op', () => {
    const inputs = [random([4, 6, 3, 2, 8]), random([4, 6, 16]), random([16]), random([16])];
    const layers = (tensors: tf.Tensor[]) => {
      const layer = (...[qkv, x, scale, shift]: tf.Tensor[]) => {
        const mixed = tf.reshape(attend(qkv as tf.Tensor5D), x.shape);
        return biasedGelu(normaliseRows(tf.add(x, mixed), scale, shift, 1e-5), shift);
      };
      return [
        layer(...tensors),
        ...tf.grads((...args: tf.Tensor[]) => tf.sum(tf.square(layer(...args))))(tensors),
      ];
    };
    const compiled = new CompiledFunction(layers);
    const [traced, eager] = [compiled.call(inputs), layers(inputs)];
    traced.forEach((values, i) => assert.deepEqual(values.dataSync(), eager[i].dataSync()));
    compiled.dispose();
  });

  it('gradients are the same at every run', () => {
    const inputs = [random([40, 50, 64]), random([64]), random([64])];
    const once = () =>
      tf.grads((x: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.square(normaliseRows(x, a, b, 1e-5))))(
        inputs,
      );
    const [first, second] = [once(), once()];
    first.forEach((values, i) => assert.deepEqual(values.dataSync(), second[i].dataSync()));
  });

  const refusals: [string, number[][], RegExp][] = [
    ['XkdAttention', [[2, 3, 4]], /of the shape \[clips, tokens, 3, heads, width\]/],
    ['XkdAttention', [[2, 3, 2, 1, 4]], /of the shape/],
    [
      'XkdAttentionGrad',
      [
        [1, 2, 3, 1, 4],
        [1, 1, 2, 2],
        [1, 2, 1, 3],
      ],
      /what attention gave/,
    ],
    ['XkdLayerNorm', [[2, 3], [4], [3], []], /a scale and a shift of their width/],
    ['XkdLayerNorm', [[], [1], [1], []], /takes rows/],
    ['XkdLayerNormGrad', [[2, 3], [2, 3], [2, 1], [3]], /their statistics/],
    ['XkdGelu', [[2, 3], [2]], /a bias of their width/],
    ['XkdGeluGrad', [[2, 3], [3, 2], [3]], /of one shape/],
    ['XkdBlend', [[2, 3], [3, 2], [2]], /unlike shapes/],
    ['XkdBlend', [[2], [2], [3]], /two factors/],
  ];
  for (const [op, shapes, sentence] of refusals) {
    it(`${op} refuses ${JSON.stringify(shapes)} with a sentence`, () => {
      const inputs = shapes.map((shape) => tf.zeros(shape));
      assert.throws(() => nodeBackend().executeMultipleOutputs(op, [], inputs, outputsOf(op)), sentence);
    });
  }

  it('are made again in the backward pass of a large graph where they are cheap, with the same gradients', () => {
    const [x, scale, shift, weight] = [random([5, 8]), random([8]), random([8]), random([8, 8])];
    const differentiate = (savesMemory?: boolean) => {
      const program = new Program();
      const ops: string[] = [];
      const { session } = program;
      const addNode = session.addNode.bind(session);
      session.addNode = (args) => {
        ops.push(args.op);
        return addNode(args);
      };
      const loss = (rows: tf.Tensor, factor: tf.Tensor, summand: tf.Tensor, matrix: tf.Tensor) => {
        const normed = normaliseRows(rows, factor, summand, 1e-5);
        const hidden = biasedGelu(linear(normed, matrix), summand);
        const total = tf.sum(tf.square(linear(hidden, matrix)));
        endForward();
        return total;
      };
      const compiled = new CompiledFunction(
        (inputs: tf.Tensor[]) =>
          tf
            .engine()
            .gradients(() => loss(...(inputs as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor])), inputs).grads,
        { program, savesMemory },
      );
      const values = compiled.call([x, scale, shift, weight]).map((gradient) => [...gradient.dataSync()]);
      program.dispose();
      const count = (op: string) => ops.filter((other) => other === op).length;
      return { values, made: [count('XkdLayerNorm'), count('XkdGelu')] };
    };
    const [kept, again] = [differentiate(), differentiate(true)];
    assert.deepEqual(again.values, kept.values);
    assert.deepEqual(
      [kept.made, again.made],
      [
        [1, 1],
        [2, 2],
      ],
    );
  });
});

function outputsOf(op: string): number {
  return { XkdAttention: 2, XkdLayerNorm: 2, XkdLayerNormGrad: 3, XkdGeluGrad: 2 }[op] ?? 1;
}

/** The standard normal distribution function in double precision: a series near 0, a continued fraction far from it. */
function normalBelow(x: number): number {
  const z = Math.abs(x);
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z < 3) {
    let [term, sum] = [z, z];
    for (let k = 1; k < 60; k++) {
      term *= (z * z) / (2 * k + 1);
      sum += term;
    }
    return x > 0 ? 0.5 + density * sum : 0.5 - density * sum;
  }
  let fraction = z;
  for (let k = 60; k > 0; k--) fraction = z + k / fraction;
  return x > 0 ? 1 - density / fraction : density / fraction;
}
