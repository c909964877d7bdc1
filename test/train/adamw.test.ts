import assert from 'node:assert/strict';
import { RandomStream, tf } from 'xkd';
import { fusedAdamw, fusedLerp, hasFusedOps } from 'xkd/dist/tensor/fusedOps';
import { scalarsOf } from 'xkd/dist/tensor/scalars';
import { adamw, adamwFactors } from 'xkd/dist/train/optimiser/adamw';

const optimiser = {
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-8,
  weightDecay: 0.3,
  clip: 0.3,
  warmupEpochs: 0,
  freezeLastLayerEpochs: 0,
};
const shapes: Record<string, number[]> = {
  'a.weight': [33, 7],
  'a.bias': [33],
  'head.last_layer.weight_v': [5, 4],
  'odd.weight': [1, 1],
};
const f32 = Math.fround;

function group(stream: RandomStream, scale: number, positive = false): Map<string, Float32Array> {
  return new Map(
    Object.entries(shapes).map(([name, shape]) => {
      const draw = () => (positive ? Math.abs(stream.normal()) : stream.normal()) * scale;
      return [name, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, draw)];
    }),
  );
}

const tensors = (values: Map<string, Float32Array>) =>
  new Map([...values].map(([name, data]) => [name, tf.tensor(data, shapes[name])]));

describe('AdamW', () => {
  it('gives what its formula gives in double precision', () => {
    const stream = RandomStream.fromSeed(4);
    const old = { weights: group(stream, 1), first: group(stream, 0.1), second: group(stream, 0.01, true) };
    const gradients = group(stream, 0.2);
    const counts = { lastLayer: 2, others: 6 };
    const clip = new Map([['a.weight', 0.25]]);
    tf.tidy(() => {
      const updated = adamw(
        { weights: tensors(old.weights), first: tensors(old.first), second: tensors(old.second) },
        tensors(gradients),
        new Map([...clip].map(([name, factor]) => [name, tf.scalar(factor)])),
        scalarsOf(adamwFactors(optimiser, 1e-3, counts)),
        new Map(
          Object.keys(shapes).map((name) => [
            name,
            { decayed: !name.endsWith('bias'), lastLayer: name.includes('last_layer') },
          ]),
        ),
      );
      for (const name of Object.keys(shapes)) {
        const n = (name.includes('last_layer') ? counts.lastLayer : counts.others) + 1;
        const { beta1, beta2 } = optimiser;
        const keep = name.endsWith('bias') ? 1 : 1 - 1e-3 * optimiser.weightDecay;
        const [weight, first, second] = [updated.weights, updated.first, updated.second].map((values) =>
          values.get(name)!.dataSync(),
        );
        gradients.get(name)!.forEach((raw, i) => {
          const g = raw * (clip.get(name) ?? 1);
          const m = beta1 * old.first.get(name)![i] + (1 - beta1) * g;
          const v = beta2 * old.second.get(name)![i] + (1 - beta2) * g * g;
          const change =
            (1e-3 * m) / (1 - beta1 ** n) / (Math.sqrt(v / (1 - beta2 ** n)) + optimiser.epsilon);
          near(first[i], m);
          near(second[i], v);
          near(weight[i], keep * old.weights.get(name)![i] - change);
        });
      }
    });
  });

  it('in one op gives the figures of single precision, rounded after each operation, bit for bit', function () {
    if (!hasFusedOps()) this.skip();
    const stream = RandomStream.fromSeed(5);
    const size = 1003; // not a multiple of any vector length
    const draw = () => Float32Array.from({ length: size }, () => stream.normal());
    const [w, m, g, b] = [draw(), draw(), draw(), draw()];
    const v = draw().map(Math.abs);
    const factors = Float32Array.of(0.9, 0.1, 0.95, 0.05, 0.999, 1.3, 1e-8, 2e-3);
    const clip = f32(0.7);
    tf.tidy(() => {
      const [weight, first, second, gradient] = [w, m, v, g].map((values) => tf.tensor1d(values));
      const updated = fusedAdamw({ weight, first, second }, gradient, tf.scalar(clip), tf.tensor1d(factors));
      const read = {
        weight: updated.weight.dataSync(),
        first: updated.first.dataSync(),
        second: updated.second.dataSync(),
      };
      const blended = fusedLerp(weight, tf.tensor1d(b), tf.tensor1d([0.99, 0.01])).dataSync();
      const [beta1, rest1, beta2, rest2, keep, root, epsilon, step] = factors;
      for (let i = 0; i < size; i++) {
        const x = f32(g[i] * clip);
        const expectedFirst = f32(f32(m[i] * beta1) + f32(x * rest1));
        const expectedSecond = f32(f32(v[i] * beta2) + f32(f32(x * x) * rest2));
        const denominator = f32(f32(f32(Math.sqrt(expectedSecond)) * root) + epsilon);
        assert.equal(read.first[i], expectedFirst);
        assert.equal(read.second[i], expectedSecond);
        assert.equal(read.weight[i], f32(f32(w[i] * keep) - f32(f32(expectedFirst / denominator) * step)));
        assert.equal(blended[i], f32(f32(w[i] * f32(0.99)) + f32(b[i] * f32(0.01))));
      }
    });
  });

  it('in one op refuses operands of unlike shapes', function () {
    if (!hasFusedOps()) this.skip();
    const [short, long] = [tf.zeros([2]), tf.zeros([3])];
    assert.throws(() => fusedLerp(short, long, tf.zeros([2])), /unlike shapes/);
    tf.dispose([short, long]);
  });
});

function near(actual: number, expected: number): void {
  assert.ok(
    Math.abs(actual - expected) <= 1e-6 * Math.max(1, Math.abs(expected)),
    `${actual}, not ${expected}`,
  );
}
