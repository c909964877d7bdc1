import assert from 'node:assert/strict';
import { failingCases, healthyCases } from '@local/bench/dist/health/cases';
import { madeProofClips } from '@local/bench/dist/health/clips';
import { type HealthRow, judgeCase } from '@local/bench/dist/health/run';
import { healthTable } from '@local/bench/dist/health/table';

/** A few of the runs of `npm run bench -- --kind health`, which takes minutes. */
const briefly = ['learning rate 1', 'learning rate 1e-7', 'silent sound', 'not finite', 'seed 0'];

describe('the proof of the warnings', () => {
  it('has 20 runs that fail in different ways, and 20 healthy ones', () => {
    const names = [...failingCases, ...healthyCases].map(({ name }) => name);
    assert.deepEqual([failingCases.length, healthyCases.length, new Set(names).size], [20, 20, 40]);
  });

  const clips = madeProofClips();
  after(() => clips.close());
  const rows: HealthRow[] = [];
  for (const name of briefly) {
    const each = [...failingCases, ...healthyCases].find((other) => other.name === name)!;
    it(`${each.names === null ? 'says nothing of' : 'names'} "${name}"`, async () => {
      const row = await judgeCase(each, clips, 160);
      rows.push(row);
      assert.ok(row.right, JSON.stringify(row.said));
    });
  }

  it('tells what was said of each, and what probes take', () => {
    const cost = { preset: 'nano', batch: 48, interval: 33, stepSeconds: 0.2, probeSeconds: 0.05 } as const;
    const lines = healthTable({ runs: rows, cost: [cost] });
    assert.equal(
      lines[0],
      'Probes of nano, batch 48: 0.75 % of the CPU time (50 ms every 33 steps of 200 ms)',
    );
    assert.equal(lines[1], 'Runs judged by their figures, right: 4 of 4 failing, 1 of 1 healthy');
    assert.match(
      lines[3],
      /^right {2}failing {2}learning rate 1e-7: step \d+: The students have learnt nothing/,
    );
    assert.equal(lines[6], 'right  healthy  seed 0: nothing said');
  });
});
