import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  makeAblationTable,
  planAblation,
  projectPath,
  readStudy,
  trainingOf,
  undecidedRows,
  UserError,
} from 'xkd/internal';
import { temporaryFolder } from '../media/fixtures';
import { writeResult } from '../support/ablation';

describe('a study of one’s own', () => {
  const file = temporaryFolder();
  const study = (text: string) => {
    writeFileSync(file('study.yaml'), text);
    return readStudy(file('study.yaml'));
  };
  const refused = (text: string, pattern: RegExp) =>
    assert.throws(
      () => study(text),
      (error: Error) => error instanceof UserError && pattern.test(error.message),
    );

  it('has rows of the paper and of its own, each with what it is compared with', () => {
    const { rows, preset, data, overrides, steps, probeEvery, rule, seeds } = study(`
data: clips
steps: 12
values: { training.batch: 8, mask.video: 0.75 }
seeds: { portion: 3, within: 2 }
rows:
  - reconstruction
  - full
  - name: cold
    title: cold teachers
    values: { temperature.videoTeacher.end: 0.05 }
    against: full
  - { name: start, training: none }
probeEvery: 6
`);
    assert.deepEqual([preset, data, steps], ['nano', join(dirname(file('study.yaml')), 'clips'), 12]);
    assert.deepEqual(overrides, { 'training.batch': 8, 'mask.video': 0.75 });
    assert.deepEqual(rule, { portion: 3, most: 30, halfWidth: 0.02, margin: 0.01 });
    assert.equal(seeds, undefined);
    assert.equal(probeEvery, 6);
    assert.deepEqual(rows.map(trainingOf), ['losses', 'losses', 'losses', 'none']);
    assert.deepEqual(
      rows.map(({ name, title, against }) => [name, title, against]),
      [
        ['reconstruction', 'both reconstructions', 'reconstruction'],
        ['full', 'full XKD', 'reconstruction'],
        ['cold', 'cold teachers', 'full'],
        ['start', 'start', 'reconstruction'],
      ],
    );
  });

  it('is planned, and its table has its rows in its order', () => {
    const mine = study(
      `
preset: nano-mas
steps: 6
seeds: 2
rows: [{ name: plain }, { name: dense, values: { mask.video: 0.5 } }, { name: sparse, values: { mask.video: 0.9 }, against: dense }]
`,
    );
    const jobs = planAblation({ study: mine, seeds: mine.seeds! });
    assert.deepEqual(
      jobs.map(({ row, seed, config }) => [row.name, seed, config.preset, config.mask.video]),
      [0, 1].flatMap((seed) => [
        ['plain', seed, 'nano-mas', 0.85],
        ['dense', seed, 'nano-mas', 0.5],
        ['sparse', seed, 'nano-mas', 0.9],
      ]),
    );
    for (const job of jobs) writeResult(file('own'), job, job.row.name === 'sparse' ? 0.75 : 0.5);
    const table = makeAblationTable({ jobs, folders: [file('own')] });
    assert.deepEqual(
      table.rows.map(({ name, figures, paper }) => [name, figures.video.logistic.gain?.mean, paper.length]),
      [
        ['plain', undefined, 0],
        ['dense', 0, 0],
        ['sparse', 0.25, 0],
      ],
    );
    assert.deepEqual(undecidedRows(table, { portion: 2, most: 4, halfWidth: 0.03, margin: 0.01 }), []);
    assert.deepEqual(
      planAblation({ study: mine, rows: ['dense'], steps: 3, seeds: 1 }).map(
        ({ config }) => config.training.steps,
      ),
      [3],
    );
  });

  it('of the guide can be read and planned', () => {
    const guide = readFileSync(projectPath('docs', 'ablation.md'), 'utf8');
    const blocks = [...guide.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text]) => text);
    assert.equal(blocks.length, 2);
    for (const text of blocks) assert.ok(planAblation({ study: study(text), seeds: 1 }).length >= 5);
  });

  it('is refused in one sentence where something is wrong with it', () => {
    refused('rows: []', /study\.yaml" is not a study \(rows .*; docs\/ablation\.md shows one\.$/);
    refused('rows: [full]\ncolour: red', /is not a study \(.*colour/);
    refused(
      'rows: [ful]',
      /there is no row "ful"; choose from video, reconstruction, .* or write a row of your own/,
    );
    refused(
      'rows: [full, { name: a, against: b }]',
      /the row "a" is compared with "b", which is not among the rows; add it, or name another one/,
    );
    refused('rows: [reconstruction, reconstruction]', /has two rows "reconstruction"/);
    refused(
      'rows: [{ name: a }, { name: b, commonShare: 0 }]',
      /the row "b" is compared with "a" on other data; give both the same commonShare/,
    );
    refused('rows: [{ name: a/b }]', /is not a study/);
    refused(
      'rows: [{ name: a }]\nseeds: { portion: 8, most: 5 }',
      /seeds\.most is 5, fewer than the first portion of 8/,
    );
    refused('rows: [', /is neither YAML nor JSON/);
  });
});
