import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  ablationRows,
  chooseRows,
  configChanges,
  groupJobs,
  jobsOfShard,
  paperFiguresOf,
  planAblation,
  runAblation,
  UserError,
  type AblationJob,
} from 'xkd/internal';
import { recordGivenWeights, requireSameWeights } from 'xkd/dist/ablation/givenWeights';
import { temporaryFolder } from '../media/fixtures';

const says = (pattern: RegExp) => (error: Error) => error instanceof UserError && pattern.test(error.message);
const names = (jobs: readonly AblationJob[]) => jobs.map(({ row, seed }) => `${row.name} ${seed}`);

describe('rows of the ablation', () => {
  it('are compared with a row of the same data', () => {
    for (const { name, against, commonShare } of ablationRows) {
      const other = ablationRows.find((row) => row.name === against);
      assert.equal(other?.commonShare, commonShare, name);
    }
    assert.equal(new Set(ablationRows.map(({ name }) => name)).size, ablationRows.length);
  });

  it('name what is not the paper’s, which has no figures of it', () => {
    const { title, overrides } = chooseRows(['contrastive'])[0];
    assert.equal(title, 'full XKD, contrastive alignment (ours)');
    assert.deepEqual(overrides, { alignment: 'contrastive' });
    const ours = ablationRows.filter(({ isOurs }) => isOurs);
    assert.deepEqual(
      ours.map(({ name }) => name),
      ['frozen', 'contrastive', 'tube'],
    );
    for (const row of ours) assert.deepEqual(paperFiguresOf(row), [], row.name);
    assert.deepEqual(
      ablationRows
        .filter(({ isControl }) => !isControl)
        .map(({ name }) => name)
        .slice(-3),
      ['frozen', 'contrastive', 'tube'],
    );
  });

  it('differ in nothing but what they say', () => {
    for (const { row, config } of planAblation({ seeds: 1, init: ['trained'] })) {
      const common = { 'training.batch': 32, 'training.steps': 1000 };
      assert.deepEqual(configChanges(config), { ...row.overrides, ...common }, row.name);
    }
  });

  it('carry the paper’s figures of the same row, at most one for each data set and modality', () => {
    const percents = (name: string) =>
      paperFiguresOf(chooseRows([name])[0]).map(
        ({ dataset, modality, percent }) => `${dataset} ${modality} ${percent}`,
      );
    assert.deepEqual(percents('video'), [
      'ucf101 video 76.1',
      'hmdb51 video 51.1',
      'kinetics-sound video 56.8',
      'kinetics400 video 30.7',
    ]);
    assert.deepEqual(percents('distillation'), [
      'ucf101 video 76.3',
      'hmdb51 video 51.2',
      'kinetics400 video 32.2',
    ]);
    assert.deepEqual(percents('full').slice(0, 4), [
      'ucf101 video 84.7',
      'hmdb51 video 59.3',
      'kinetics-sound video 70.7',
      'kinetics400 video 46.4',
    ]);
    assert.ok(percents('full').includes('kinetics-sound both 81.2'));
    assert.deepEqual(percents('refinement-off'), [
      'ucf101 video 79.3',
      'hmdb51 video 55.6',
      'esc50 audio 84.3',
    ]);
    assert.ok(percents('mats').includes('kinetics-sound audio 61.8'));
    for (const control of [
      'refinement-softmax',
      'teacher-local',
      'frozen',
      'shuffled',
      'full-share-0.5',
      'reconstruction-share-0',
    ]) {
      assert.deepEqual(percents(control), [], control);
    }
  });
});

describe('the plan of an ablation', () => {
  const path = temporaryFolder();

  it('has every row with every seed, and equal steps', () => {
    const jobs = planAblation({ seeds: 5, steps: 7, init: ['trained'] });
    assert.equal(jobs.length, 5 * ablationRows.length);
    assert.equal(new Set(names(jobs)).size, jobs.length);
    assert.ok(jobs.every(({ config, seed }) => config.seed === seed && config.training.steps === 7));
  });

  it('has the row with frozen teachers where these are given weights, and gives them to no other', () => {
    const init = ['runs/trained'];
    assert.ok(planAblation({ seeds: 1 }).every(({ row }) => row.name !== 'frozen'));
    const jobs = planAblation({ rows: ['full', 'frozen'], seeds: 1, init });
    assert.deepEqual(
      jobs.map(({ row, config, init: given }) => [row.name, config.teacher, given]),
      [
        ['full', 'ema', undefined],
        ['frozen', 'frozen', init],
      ],
    );
    assert.throws(
      () => planAblation({ rows: ['full'], seeds: 1, init }),
      says(/^Weights are given with --init, but none of the rows has frozen teachers; add the row "frozen"/),
    );
  });

  it('has it without weights where results are put together of which one is of it', () => {
    const [folder, other] = ['one', 'other'].map(path);
    mkdirSync(join(other, 'jobs', 'frozen', 'seed-1'), { recursive: true });
    const rows = (folders: readonly string[]) => names(planAblation({ seeds: 1, folders }));
    assert.ok(!rows([folder]).includes('frozen 0'));
    assert.ok(rows([folder, other]).includes('frozen 0'));
  });

  it('gives all seeds of it the same weights, also when it is continued', async () => {
    const out = path('out');
    const plan = (given: string) => planAblation({ rows: ['frozen'], seeds: 1, init: [given] });
    recordGivenWeights(out, plan('runs/one')[0]);
    requireSameWeights(out, plan('runs/one')[0]);
    await assert.rejects(
      runAblation({ jobs: plan('runs/other'), out, processes: 1, threads: 1 }),
      says(
        /seed-0" was begun with teachers from ".*one": give them again with --init, or choose another --out\.$/,
      ),
    );
  });

  it('can have it without weights to read results, but not to train', async () => {
    const jobs = planAblation({ rows: ['frozen'], seeds: 1 });
    assert.equal(jobs.length, 1);
    await assert.rejects(
      runAblation({ jobs, out: 'nowhere', processes: 1, threads: 1 }),
      says(/^The row "frozen" needs a trained network for its teachers: give it with --init .*, or leave/),
    );
  });

  it('gives each machine a part, all of them together everything', () => {
    const jobs = planAblation({ seeds: 3 });
    for (const of of [1, 2, 7, jobs.length, jobs.length + 5]) {
      const parts = Array.from({ length: of }, (_, index) => jobsOfShard(jobs, { index, of }));
      assert.deepEqual(names(parts.flat()), names(jobs));
      const sizes = parts.map(({ length }) => length);
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, String(sizes));
    }
  });

  it('keeps jobs of the same batches in one process, and divides them where there are more processes', () => {
    const jobs = planAblation({ rows: ['video', 'full', 'shuffled', 'full-share-0'], seeds: 2 });
    assert.deepEqual(groupJobs(jobs, 2).map(names), [
      ['video 0', 'full 0', 'shuffled 0'],
      ['video 1', 'full 1', 'shuffled 1'],
      ['full-share-0 0'],
      ['full-share-0 1'],
    ]);
    const divided = groupJobs(jobs, 4);
    assert.ok(divided.every(({ length }) => length <= 2));
    assert.deepEqual(names(divided.flat()).sort(), names(jobs).sort());
  });

  it('refuses rows that there are not, and values that rows differ in', () => {
    assert.throws(
      () => planAblation({ rows: ['ful'], seeds: 1 }),
      says(/has no row "ful": choose from video, recon/),
    );
    assert.throws(
      () => planAblation({ seeds: 1, overrides: { seed: 3 } }),
      says(/give their number with --seeds/),
    );
    assert.throws(
      () => planAblation({ seeds: 1, overrides: { 'training.steps': 3 } }),
      says(/number of steps with --steps/),
    );
    assert.throws(
      () => planAblation({ seeds: 1, overrides: { refinement: 'none' } }),
      says(/refinement cannot be set for all rows, which differ in it/),
    );
    assert.throws(
      () => planAblation({ seeds: 1, overrides: { alignment: 'contrastive' } }),
      says(/alignment cannot be set for all rows, which differ in it/),
    );
    assert.throws(
      () => planAblation({ seeds: 1, overrides: { 'mask.vide': 0.5 } }),
      says(/did you mean "mask.video"/),
    );
  });
});
