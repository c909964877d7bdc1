import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { GoldenCase, runParity, tf, trainStep, type ParityReport } from 'xkd';
import { TrainState } from 'xkd/dist/train/state';
import { compiledStep } from 'xkd/dist/train/step';

const carried = resolve(__dirname, '..', '..', 'golden');
const larger = resolve(__dirname, '..', '..', '..', '..', 'shared', 'golden');

function assertPassed(report: ParityReport): void {
  for (const [group, { name, error, tolerance }] of Object.entries(report.largest)) {
    assert.ok(error <= tolerance, `${group}: ${error} at ${name}, at most ${tolerance}`);
  }
  assert.ok(report.passed);
}

describe('parity with the figures of the original', () => {
  for (const name of ['mini_xkd', 'mini_mas', 'mini_mats']) {
    it(`${name}: losses, gradients, weights and features`, () => {
      const before = tf.memory().numTensors;
      const report = runParity(join(carried, name));
      assertPassed(report);
      assert.ok(report.rows.filter(({ group }) => group === 'gradients').length > 80);
      assert.ok(report.rows.filter(({ group }) => group === 'weights').length > 200);
      assert.equal(report.rows.filter(({ group }) => group === 'features').length, 8);
      assert.equal(tf.memory().numTensors, before, 'every tensor is let go');
    });
  }

  for (const name of ['xkd', 'xkd_softmax', 'xkd_mas', 'xkd_mats']) {
    it(`${name}: a larger case, where it lies beside the project`, function () {
      if (!existsSync(join(larger, `${name}.json`))) this.skip();
      assertPassed(runParity(join(larger, name)));
    });
  }

  it('holds for the traced graph as well', () => {
    const golden = GoldenCase.open(join(carried, 'mini_xkd'));
    const weights = new Map<string, tf.Tensor>();
    const fresh = TrainState.create(golden.config);
    for (const name of fresh.tensors.weights.keys()) weights.set(name, golden.tensor(`state.${name}`));
    const state = TrainState.fromWeights(golden.config, weights);
    const compiled = compiledStep();
    for (let step = 0; step < golden.steps; step++) {
      const { losses } = trainStep(state, golden.inputs(step), golden.schedule(step), (inputs) =>
        compiled.call(inputs),
      );
      const expected = golden.losses(step).loss;
      assert.ok(
        Math.abs(losses.total - expected) <= 1e-5 * expected,
        `step ${step}: ${losses.total}, not ${expected}`,
      );
    }
    assert.equal(compiled.traces, 1);
    compiled.dispose();
    [fresh, state].forEach((each) => each.dispose());
  });
});
