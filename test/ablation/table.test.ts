import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ablationCsv,
  ablationFigure,
  ablationMarkdown,
  ablationTableRows,
  jobFolder,
  makeAblationTable,
  pairedGain,
  planAblation,
  readAblationTable,
  UserError,
  writeAblation,
} from 'xkd/internal';
import { temporaryFolder } from '../media/fixtures';
import { plan, writeResult } from '../support/ablation';

const says = (pattern: RegExp) => (error: Error) => error instanceof UserError && pattern.test(error.message);
const near = (actual: number | null | undefined, expected: number) =>
  assert.ok(Math.abs(actual! - expected) < 5e-4, `${actual} is not ${expected}`);

describe('paired differences', () => {
  const values = (...top1: number[]) => top1.map((value, seed) => ({ seed, top1: value }));

  it('have the interval that one works out by hand', () => {
    // Differences .3 .2 .4 .3: mean .3, standard deviation sqrt(.02 / 3) = .08165, t of 3 degrees of freedom 3.1824.
    const gain = pairedGain(values(0.8, 0.75, 0.9, 0.7), values(0.5, 0.55, 0.5, 0.4));
    near(gain?.mean, 0.3);
    near(gain?.low, 0.3 - (3.1824 * 0.08165) / 2);
    near(gain?.high, 0.3 + (3.1824 * 0.08165) / 2);
  });

  it('leave out what a seed does to both', () => {
    const gain = pairedGain(values(0.9, 0.2, 0.5), values(0.8, 0.1, 0.4));
    near(gain?.mean, 0.1);
    near(gain?.low, 0.1);
    near(gain?.high, 0.1);
  });

  it('count the seeds that both have; one has no interval, none no difference', () => {
    assert.equal(pairedGain(values(0.5), [{ seed: 3, top1: 0.5 }]), null);
    const gain = pairedGain([{ seed: 3, top1: 0.75 }, ...values(0.5)], [{ seed: 3, top1: 0.5 }]);
    assert.deepEqual(gain, { mean: 0.25, low: null, high: null });
  });
});

describe('the table of an ablation', () => {
  const file = temporaryFolder();
  const rows = ['reconstruction', 'full', 'shuffled'];
  const jobs = plan(rows, 2);
  const top1 = { reconstruction: [0.5, 0.6], full: [0.8, 0.8], shuffled: [0.5, 0.55] };
  const fill = (folder: string, chosen = jobs) =>
    chosen.forEach((job) => writeResult(folder, job, top1[job.row.name as keyof typeof top1][job.seed]));

  it('has means, paired gains and the paper’s figures', () => {
    fill(file('all'));
    const table = makeAblationTable({ jobs, folders: [file('all')], createdBy: ['xkd', 'ablate'] });
    assert.deepEqual(
      table.rows.map(({ name }) => name),
      rows,
    );
    const [reconstruction, full, shuffled] = table.rows;
    assert.equal(reconstruction.figures.video.logistic.gain, null);
    near(full.figures.video.logistic.ours.mean, 0.8);
    near(full.figures.video.logistic.gain?.mean, 0.25);
    // Differences .3 and .2: t of one degree of freedom 12.706, standard error .05.
    near(full.figures.video.logistic.gain?.low, 0.25 - 12.706 * 0.05);
    near(full.figures.video.svm.gain?.mean, 0.125);
    near(shuffled.figures.video.logistic.gain?.mean, -0.025);
    assert.deepEqual(
      full.paper.find(({ dataset }) => dataset === 'Kinetics-Sound'),
      { dataset: 'Kinetics-Sound', modality: 'video', percent: 70.7, gain: 13.8 },
    );
    assert.deepEqual(shuffled.paper, []);
    assert.deepEqual([table.seeds, table.steps, table.missing], [[0, 1], 6, []]);
    assert.equal(table.jobSeconds, 6 * 72);
    assert.equal(table.config['encoder.width'], 64);
    assert.ok(!('loss.alignment' in table.config) && !('seed' in table.config));
  });

  it('is written and read back, with Markdown and CSV beside it', () => {
    fill(file('all'));
    const table = makeAblationTable({ jobs, folders: [file('all')], createdBy: ['xkd', 'ablate'] });
    writeAblation(file('results'), table);
    assert.deepEqual(readAblationTable(file('results/ablation.json')), table);
    const csv = readFileSync(file('results/ablation.csv'), 'utf8');
    assert.equal(csv, ablationCsv(table));
    assert.match(
      csv,
      /^full,full XKD,1,video,logistic,2,80,80,80,25,-38.5\d*,88.5\d*,reconstruction,80;80,20,30,0.126,0.251,no difference larger than 88.5$/m,
    );
    assert.equal(csv.trim().split('\n').length, 1 + 3 * 3 * 2);
    const markdown = readFileSync(file('results/ablation.md'), 'utf8');
    assert.equal(markdown, ablationMarkdown(table));
    assert.match(
      markdown,
      /\| full XKD \| 80\.0 \(80\.0 to 80\.0\) \| \+25\.0 \(-38\.5 to \+88\.5\) \| no difference larger than 88\.5 \| 100\.0 /,
    );
    assert.match(markdown, /UCF101 84\.7 \(\+8\.4\)/);
    assert.deepEqual(
      ablationTableRows(table).map((row) => row['gain [points]']),
      ['', '+25.0 (-38.5 to +88.5)', '-2.5 (-34.3 to +29.3)'],
    );
    writeFileSync(file('results/ablation.json'), '{"format": 1}');
    assert.throws(
      () => readAblationTable(file('results/ablation.json')),
      says(/is not a table of an ablation \(createdBy/),
    );
  });

  it('is drawn with every seed, intervals and the paper’s gains', () => {
    fill(file('all'));
    const { data, layout } = ablationFigure(makeAblationTable({ jobs, folders: [file('all')] }));
    const [dots, means, ...paper] = data as unknown as { x: number[]; y: number[]; name: string }[];
    assert.deepEqual(dots.x, [30, 20, 0, -5]);
    assert.deepEqual(
      [means.x, means.y],
      [
        [25, -2.5],
        [0, 1],
      ],
    );
    assert.deepEqual(
      paper.map(({ name, x }) => [name, ...x]),
      [
        ['paper, UCF101', 8.4],
        ['paper, HMDB51', 8.1],
        ['paper, Kinetics-Sound', 13.8],
        ['paper, Kinetics-400', 14.2],
      ],
    );
    assert.deepEqual((layout.yaxis as { ticktext: string[] }).ticktext, [
      'full XKD',
      'full XKD, shuffled pairs',
    ]);
  });

  it('marks networks whose training went wrong, and says what did', () => {
    fill(file('failed'));
    const sentence = 'The loss has been far above what it was since step 3 (9, before 2).';
    writeResult(
      file('failed'),
      jobs.find(({ row, seed }) => row.name === 'full' && seed === 1)!,
      0.3,
      {
        failures: [sentence],
      },
    );
    const table = makeAblationTable({ jobs, folders: [file('failed')] });
    assert.deepEqual(
      ablationTableRows(table).map((row) => row['went wrong']),
      ['', 'seed 1', ''],
    );
    assert.match(
      ablationMarkdown(table),
      /## What went wrong\n\n- full XKD, seed 1: The loss has been far above/,
    );
    const [dots, failed] = ablationFigure(table).data as unknown as {
      x: number[];
      name: string;
      text: string[];
    }[];
    assert.equal(dots.x.length, 3);
    assert.deepEqual([failed.name, failed.x], ['ours, training went wrong', [-30]]);
    assert.match(failed.text[0], /far above what it was/);
    writeAblation(file('failed'), table);
    assert.deepEqual(readAblationTable(file('failed/ablation.json')), table);
  });

  it('is of what is done, in whatever folder, and names what is missing', () => {
    fill(file('one'), jobs.slice(0, 2));
    fill(file('two'), jobs.slice(3, 5));
    const { rows: found, missing } = makeAblationTable({ jobs, folders: [file('one'), file('two')] });
    assert.deepEqual(
      found.map(({ name }) => name),
      ['reconstruction', 'full'],
    );
    assert.deepEqual(missing, ['shuffled, seed 0', 'shuffled, seed 1']);
    assert.throws(
      () => makeAblationTable({ jobs, folders: [file('none')] }),
      says(/No job of these rows and seeds is/),
    );
  });

  it('is not made of results of other settings, or damaged ones', () => {
    fill(file('other'));
    assert.throws(
      () => makeAblationTable({ jobs: planAblation({ rows, seeds: 2, steps: 9 }), folders: [file('other')] }),
      says(/made with another configuration: training\.steps \(6, asked for 9\)/),
    );
    writeFileSync(join(jobFolder(file('other'), jobs[0]), 'result.json'), '{"format": 1}');
    assert.throws(
      () => makeAblationTable({ jobs, folders: [file('other')] }),
      says(/is not a result of an ablation's job .*remove it, and the job is evaluated again/),
    );
  });
});
