import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  ablationFigure,
  commonShareFigure,
  figureChoice,
  jobFolder,
  makeAblationTable,
  makeSampleSet,
  pairedSeedsFigure,
  parseOverrides,
  planAblation,
  projectPath,
  runAblation,
  scatterFigure,
  watchAblation,
  type AblationProgress,
  type AblationTable,
} from 'xkd/internal';
import { temporaryFolder } from '../media/fixtures';
import { smallWords, writeResult } from '../support/ablation';
import { captureDisplays } from './captureDisplays';

interface Points {
  readonly name: string;
  readonly x: number[];
  readonly y: number[];
  readonly visible?: boolean;
  readonly error_y?: { array: number[]; arrayminus: number[] };
}
const traces = (data: unknown) => data as readonly Points[];
const bySeed = (values: readonly number[]) => values.map((top1, seed) => ({ seed, top1 }));

describe('an ablation in a notebook', function () {
  this.timeout(300_000);
  const file = temporaryFolder();
  const name = `test-ablation-${process.pid}`;
  after(() => rmSync(projectPath('runs', 'notebooks', name), { recursive: true, force: true }));

  it('trains with one bar over all runs, and finds them done when it is run again', async () => {
    await makeSampleSet({ out: file('sample'), train: 32, test: 16, workers: 2 });
    const overrides = parseOverrides(smallWords);
    const jobs = planAblation({ rows: ['reconstruction', 'full'], seeds: 1, steps: 4, overrides });
    const tables: (AblationTable | null)[] = [];
    const watch = async () => void tables.push(await watchAblation({ jobs, name, data: file('sample') }));
    const texts = (await captureDisplays(watch)).map(({ data }) => String(data['text/plain']));
    assert.match(texts.at(-1)!, /^ablation ━+ 100 % · 8\/8 steps .* 2 of 2 networks probed$/);
    assert.ok(texts.some((text) => text.startsWith('decoding, common share 1')));
    const again = (await captureDisplays(watch)).map(({ data }) => String(data['text/plain']));
    assert.match(again.at(-1)!, /^ablation ━+ 100 % · 8\/8 steps .* 2 of 2 networks probed$/);
    assert.ok(!again.some((text) => text.startsWith('decoding')));
    assert.deepEqual(tables[1], tables[0]);
    assert.deepEqual([tables[0]!.seeds, tables[0]!.steps, tables[0]!.missing], [[0], 4, []]);
    // A job whose network is trained but not probed continues from the steps already taken.
    const out = projectPath('runs', 'notebooks', name);
    rmSync(join(jobFolder(out, jobs[1]), 'result.json'));
    const told: AblationProgress[] = [];
    const onProgress = (progress: AblationProgress) => void told.push(progress);
    const done = await runAblation({ jobs, data: file('sample'), out, processes: 1, threads: 1, onProgress });
    assert.ok(done);
    assert.deepEqual(told[0], { steps: 8, stepsInAll: 8, jobs: 1, jobsInAll: 2 });
    assert.deepEqual(told.at(-1), { steps: 8, stepsInAll: 8, jobs: 2, jobsInAll: 2 });
  });
});

describe('figures of an ablation', () => {
  const file = temporaryFolder();
  const rows = ['reconstruction', 'full', 'reconstruction-share-0', 'full-share-0'];
  const jobs = planAblation({ rows, seeds: 2, steps: 6 });
  const top1: Record<string, number[]> = {
    reconstruction: [0.5, 0.6],
    full: [0.8, 0.8],
    'reconstruction-share-0': [0.125, 0.25],
    'full-share-0': [0.25, 0.25],
  };
  const makeTable = () => {
    for (const job of jobs) writeResult(file('all'), job, top1[job.row.name][job.seed]);
    return makeAblationTable({ jobs, folders: [file('all')] });
  };

  it('draw seeds from one row to the other, and their differences', () => {
    const pair = [
      { name: 'without', values: bySeed([0.4, 0.6, 0.5]) },
      { name: 'with', values: bySeed([0.5, 0.8]) },
    ] as const;
    const { data, layout } = pairedSeedsFigure({ rows: pair });
    const drawn = traces(data);
    assert.deepEqual(
      drawn.slice(0, 2).map(({ name, y }) => [name, ...y]),
      [
        ['seed 0', 40, 50],
        ['seed 1', 60, 80],
      ],
    );
    assert.deepEqual(
      drawn.slice(4, 6).map(({ y }) => y),
      [[10], [20]],
    );
    const mean = drawn.at(-1)!;
    // Differences .1 and .2: t with one degree of freedom 12.706, standard error .05.
    assert.deepEqual([mean.y, mean.error_y!.array], [[15], [63.53]]);
    assert.deepEqual(layout.xaxis!.ticktext, ['without', 'with']);
  });

  it('draw the gain over the common share', () => {
    const drawn = traces(commonShareFigure(makeTable()).data);
    const video = drawn.find(({ name }) => name === 'video')!;
    assert.deepEqual(
      video.x.map((share) => Math.abs(Math.round(share))),
      [0, 1],
    );
    // Differences .125 and 0, and .3 and .2: t with one degree of freedom 12.706 times half their distance.
    assert.deepEqual(video.y, [6.25, 25]);
    const band = drawn.find(({ name }) => name === 'video, 95 % interval')!;
    assert.deepEqual(band.x, [0, 1, 1, 0]);
    assert.deepEqual(band.y, [85.66, 88.53, -38.53, -73.16]);
  });

  it('are chosen by buttons, which change what is drawn and the title', () => {
    const table = makeTable();
    const options = (['video', 'audio'] as const).map((features) => ({
      name: features,
      figure: ablationFigure(table, { features }),
    }));
    const { data, layout } = figureChoice(options);
    const counts = options.map(({ figure }) => figure.data.length);
    assert.deepEqual(
      traces(data).map(({ visible }) => visible),
      [...new Array<boolean>(counts[0]).fill(true), ...new Array<boolean>(counts[1]).fill(false)],
    );
    const [menu] = layout.updatemenus!;
    assert.deepEqual(
      menu.buttons.map(({ label }) => label),
      ['video', 'audio'],
    );
    const [{ visible }, { title }] = menu.buttons[1].args;
    assert.deepEqual(
      visible,
      data.map((_, i) => i >= counts[0]),
    );
    assert.match((title as { text: string }).text, /audio/);
    assert.ok(layout.height! > options[0].figure.layout.height!);
  });

  it('set one figure against another, group by group', () => {
    const { data, layout } = scatterFigure({
      groups: [{ name: 'full', x: [1, 2], y: [3, 4], text: ['seed 0', 'seed 1'] }],
      xTitle: 'loss',
    });
    assert.deepEqual(
      traces(data).map(({ name, x, y }) => [name, x, y]),
      [['full', [1, 2], [3, 4]]],
    );
    assert.equal(layout.xaxis!.title!.text, 'loss');
  });
});
