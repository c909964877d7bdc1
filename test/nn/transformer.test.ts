import assert from 'node:assert/strict';
import { type BranchScale, WeightScope, largestError, tf, transformer } from 'xkd/internal';

describe('transformer', () => {
  const shape = { width: 4, depth: 2, heads: 2 };
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it('leaves a branch out for the samples whose factor is 0, and doubles it where it is 2', () => {
    const weights = blocks();
    const tokens = tf.randomNormal<tf.Rank.R3>([3, 5, 4], 0, 1, 'float32', 1);
    const scale = (...factors: number[]) => tf.tensor3d(factors, [3, 1, 1]);
    const of = (attention: tf.Tensor, mlp: tf.Tensor): BranchScale => ({ attention, mlp });
    const whole = scale(1, 1, 1);
    const run = (scales?: BranchScale[]) => transformer(tokens, weights, shape, scales).tokens;
    const sample = (values: tf.Tensor, i: number) => values.slice([i, 0, 0], [1, -1, -1]).dataSync();

    const plain = run();
    assert.ok(largestError(run([of(whole, whole), of(whole, whole)]).dataSync(), plain.dataSync()) === 0);

    const none = scale(0, 1, 1);
    const dropped = run([of(none, none), of(none, none)]);
    assert.deepEqual(sample(dropped, 0), sample(tokens, 0));
    assert.deepEqual(sample(dropped, 1), sample(plain, 1));

    // The last branch is added to the input.
    const without = run([of(whole, whole), of(whole, scale(1, 0, 1))]);
    const twice = run([of(whole, whole), of(whole, scale(1, 2, 1))]);
    const mean = tf.div(tf.add(without, twice), 2);
    assert.ok(largestError(sample(mean, 1), sample(plain, 1)) < 1e-6);
    assert.ok(largestError(sample(without, 1), sample(plain, 1)) > 1e-3);
  });

  function blocks(): WeightScope {
    const made = new Map<string, tf.Tensor>();
    const shapeOf = (name: string): number[] => {
      if (name.includes('norm')) return [4];
      if (name.endsWith('qkv.weight')) return [12, 4];
      if (name.endsWith('proj.weight')) return [4, 4];
      if (name.endsWith('fc1.weight')) return [16, 4];
      if (name.endsWith('fc2.weight')) return [4, 16];
      return [name.endsWith('fc1.bias') ? 16 : 4];
    };
    return new WeightScope((name) => {
      if (!made.has(name)) made.set(name, tf.randomNormal(shapeOf(name), 0, 0.5, 'float32', made.size + 2));
      return made.get(name);
    });
  }
});
