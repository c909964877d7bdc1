import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { runParity } from 'xkd';

const carried = resolve(__dirname, '..', '..', 'golden');

/** Made by scripts/bench/pytorch/make_case.py, which agrees with the authors' cases to 1e-9 in the losses. */
const cases = {
  other_ms:
    'decoder as wide as the encoder; three unlike video views, two unlike audio views; whole axes kept',
  other_mas: 'softmax refinement, four layers in the head, five attention heads, audio of other shape',
  other_mats: 'decoder wider than the encoder, two layers in the head, two video views beside one audio view',
} as const;

describe('parity at other sizes', () => {
  for (const [name, about] of Object.entries(cases)) {
    it(`${name}: ${about}`, () => {
      const { largest, passed, rows, steps } = runParity(join(carried, name));
      const found = Object.entries(largest).map(([group, { error, name }]) => `${group} ${error} ${name}`);
      assert.ok(passed, found.join('\n'));
      assert.ok(steps >= 2);
      assert.equal(rows.filter(({ group }) => group === 'features').length, 8);
    });
  }
});
