import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CompiledEngine, runParity, tf, type ParityReport } from 'xkd/internal';

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
    it(`${name}: losses, gradients, weights and features`, async () => {
      const before = tf.memory().numTensors;
      const report = await runParity(join(carried, name));
      assertPassed(report);
      assert.ok(report.rows.filter(({ group }) => group === 'gradients').length > 80);
      assert.ok(report.rows.filter(({ group }) => group === 'weights').length > 200);
      assert.equal(report.rows.filter(({ group }) => group === 'features').length, 8);
      assert.equal(tf.memory().numTensors, before, 'every tensor is let go');
    });
  }

  for (const name of ['xkd', 'xkd_softmax', 'xkd_mas', 'xkd_mats']) {
    it(`${name}: a larger case, where it lies beside the project`, async function () {
      if (!existsSync(join(larger, `${name}.json`))) this.skip();
      assertPassed(await runParity(join(larger, name)));
    });
  }

  for (const name of ['mini_xkd', 'mini_mas', 'mini_mats']) {
    it(`${name}: holds for the traced graph as well`, async () => {
      const engine = new CompiledEngine();
      assertPassed(await runParity(join(carried, name), engine));
      engine.dispose();
    });
  }
});
