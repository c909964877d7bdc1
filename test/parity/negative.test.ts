import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import {
  linear,
  runParity,
  standardise,
  tf,
  type ParityReport,
  type NetworkStructure,
  type WeightScope,
} from 'xkd/internal';
import * as attention from 'xkd/dist/nn/attention';
import * as geluModule from 'xkd/dist/nn/gelu';
import * as head from 'xkd/dist/model/head';
import * as norm from 'xkd/dist/nn/layerNorm';

const golden = join(resolve(__dirname, '..', '..', 'golden'), 'mini_xkd');

/** Runs parity with one exported function replaced, to simulate a small mistake in the code. */
async function parityWith<M extends object, K extends keyof M>(
  module: M,
  name: K,
  wrong: M[K],
): Promise<ParityReport> {
  const right = module[name];
  module[name] = wrong;
  try {
    return await runParity(golden);
  } finally {
    module[name] = right;
  }
}

describe('parity notices small mistakes', () => {
  it('passes as the code stands', async () => assert.ok((await runParity(golden)).passed));

  it('approximate GELU', async () => {
    const approximate = (x: tf.Tensor) => {
      const inner = tf.mul(tf.add(x, tf.mul(tf.pow(x, 3), 0.044715)), Math.sqrt(2 / Math.PI));
      return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
    };
    assert.equal((await parityWith(geluModule, 'gelu', approximate)).passed, false);
  });

  it('another epsilon in LayerNorm', async () => {
    const right = norm.layerNorm;
    const wrong: typeof right = (x, scale, shift) => right(x, scale, shift, 1e-6);
    assert.equal((await parityWith(norm, 'layerNorm', wrong)).passed, false);
  });

  it('queries and keys swapped', async () => {
    const right = attention.selfAttention;
    const swapped: typeof right = (tokens, weights, heads) => {
      const scope = {
        at: weights.at.bind(weights),
        find: weights.find.bind(weights),
        get: (name: string) => {
          const weight = weights.get(name);
          if (name !== 'qkv.weight') return weight;
          const [query, key, value] = tf.split(weight, 3, 0);
          return tf.concat([key, query, value], 0);
        },
      } as unknown as WeightScope;
      return right(tokens, scope, heads);
    };
    assert.equal((await parityWith(attention, 'selfAttention', swapped)).passed, false);
  });

  it('hidden LayerNorms of the head kept apart', async () => {
    // The second norm starts equal to the shared one but does not contribute to its gradient.
    const wrong = ({ projector }: NetworkStructure, features: tf.Tensor2D, weights: WeightScope) => {
      const shared = weights.at('mlp.1');
      const unit = (x: tf.Tensor) => tf.div(x, tf.sqrt(tf.sum(tf.square(x), -1, true)));
      let hidden: tf.Tensor = features;
      for (let i = 0; i < projector.layers - 1; i++) {
        const own = (name: string) =>
          i === 0 ? shared.get(name) : tf.tensor(shared.get(name).dataSync(), shared.get(name).shape);
        const layer = weights.at('mlp', 3 * i);
        const sum = linear(hidden, layer.get('weight'), layer.get('bias'));
        hidden = geluModule.gelu(norm.layerNorm(sum, own('weight'), own('bias')));
      }
      const last = weights.at('mlp', 3 * (projector.layers - 1));
      const bottleneck = linear(hidden, last.get('weight'), last.get('bias'));
      const out = weights.at('last_layer');
      return standardise(
        linear(unit(bottleneck), tf.mul(unit(out.get('weight_v')), out.get('weight_g'))),
      ) as tf.Tensor2D;
    };
    const report = await parityWith(head, 'project', wrong);
    assert.ok(report.largest.losses.error < 1e-2, 'forward it is the same at first');
    assert.ok(report.largest.gradients.error > 1e-2, `${report.largest.gradients.error}`);
    assert.match(report.largest.gradients.name, /head\.mlp\.1\./);
  });
});
