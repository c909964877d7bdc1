import assert from 'node:assert/strict';
import {
  ablationVerdicts,
  bootstrapInterval,
  holm,
  isDecided,
  makeAblationTable,
  nextSeeds,
  pairedP,
  planAblation,
  projectPath,
  readAblationTable,
  ruleSentence,
  usualSeedRule,
  verdictText,
  type SeedRule,
} from 'xkd/internal';
import { temporaryFolder } from '../media/fixtures';
import { near } from '../support/near';
import { writeResult } from '../support/ablation';

describe('verdicts of an ablation', () => {
  it('test paired differences as Student’s table does', () => {
    // Differences .3 .2 .4 .3: t = .3 / (.08165 / 2) = 7.348 with 3 degrees of freedom.
    near(pairedP([0.3, 0.2, 0.4, 0.3]), 0.00521, 5e-5);
    // t = 2.776 with 4 degrees of freedom is the two-sided bound of 5 %: mean 2.776 times the error of the mean.
    const spread = [-2, -1, 0, 1, 2];
    const shift = 2.7764 * Math.sqrt(2.5 / 5);
    near(pairedP(spread.map((value) => value + shift)), 0.05, 1e-4);
    assert.equal(pairedP([0.1, -0.1]), 1);
    assert.equal(pairedP([0.25, 0.25, 0.25]), 0);
  });

  it('correct a family by Holm’s method', () => {
    // The example of Holm's method: .01 x 4, .02 x 3, .03 x 2, .04 x 1, none below the one before.
    near(holm([0.01, 0.04, 0.03, 0.02]), [0.04, 0.06, 0.06, 0.06], 1e-12);
    assert.deepEqual(holm([0.6, 0.9]), [1, 1]);
    assert.deepEqual(holm([]), []);
  });

  it('give the bootstrap’s interval the same each time, inside the values', () => {
    const values = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6];
    const interval = bootstrapInterval(values, 'a');
    assert.deepEqual(bootstrapInterval(values, 'a'), interval);
    // Standard error of the mean with divisor n: .1708 / sqrt(6) = .0697.
    near([interval.low, interval.high], [0.35 - 1.96 * 0.0697, 0.35 + 1.96 * 0.0697], 0.012);
    assert.deepEqual(bootstrapInterval([0.2, 0.2], 'b'), { low: 0.2, high: 0.2 });
  });

  it('say what the committed ablation says', () => {
    const table = readAblationTable(projectPath('data', 'results', 'ablation.json'));
    const verdicts = ablationVerdicts(table);
    assert.equal(verdicts.get('reconstruction'), undefined);
    assert.equal(verdictText(verdicts.get('mats')), 'gains');
    assert.match(verdictText(verdicts.get('teacher-local')), /^no difference larger than 10\.4$/);
    const all = [...verdicts.values()];
    assert.ok(all.every(({ p, adjusted }) => adjusted >= p && adjusted <= 1));
    assert.ok(all.every(({ kind, adjusted }) => ['none', 'open'].includes(kind) === adjusted >= 0.05));
    // +24.4 (+10.3 to +38.5) is below 5 % by itself, but not as one of twelve rows.
    assert.equal(verdictText(verdicts.get('refinement-off')), 'not decided');
  });
});

describe('the rule that adds seeds', () => {
  const file = temporaryFolder();
  const rule: SeedRule = { portion: 2, most: 5, halfWidth: 0.03, margin: 0.01 };

  it('stops where an interval is narrow, or clear of 0', () => {
    assert.ok(isDecided({ mean: 0, low: -0.03, high: 0.03 }, rule));
    assert.ok(!isDecided({ mean: 0, low: -0.04, high: 0.04 }, rule));
    assert.ok(isDecided({ mean: 0.2, low: 0.02, high: 0.38 }, rule));
    assert.ok(!isDecided({ mean: 0.2, low: 0.005, high: 0.395 }, rule));
    assert.ok(isDecided({ mean: -0.2, low: -0.38, high: -0.02 }, rule));
    assert.ok(!isDecided({ mean: 0.2, low: null, high: null }, rule));
  });

  it('adds portions to the rows that are open and to what they are compared with, up to its limit', () => {
    const rows = ['reconstruction', 'full', 'alignment'];
    // Full is far above, seed by seed; alignment swings.
    const top1 = (name: string, seed: number) =>
      name === 'full' ? 0.9 : name === 'alignment' ? 0.5 + (seed % 2 ? 0.2 : -0.2) : 0.5 + 0.01 * (seed % 2);
    let seeds: number | ReadonlyMap<string, number> = rule.portion;
    const counts: (readonly number[])[] = [];
    for (;;) {
      const jobs = planAblation({ rows, seeds, steps: 6 });
      for (const job of jobs) writeResult(file('grown'), job, top1(job.row.name, job.seed));
      const table = makeAblationTable({ jobs, folders: [file('grown')], rule });
      assert.deepEqual(table.missing, []);
      counts.push(table.rows.map(({ figures }) => figures.video.logistic.values.length));
      const next = nextSeeds(table, rule);
      if (next === null) break;
      seeds = next;
    }
    // In the order of the table: reconstruction, alignment, full.
    assert.deepEqual(counts, [
      [2, 2, 2],
      [4, 4, 2],
      [5, 5, 2],
    ]);
  });

  it('is told in a sentence', () => {
    assert.equal(
      ruleSentence(usualSeedRule),
      "Seeds were added in portions of 5, to at most 30, until the 95 % interval of the row's difference, on video and on audio, reached at most 3 points from its middle or left out 0 by more than 1.",
    );
  });
});
