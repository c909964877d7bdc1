import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import {
  listCheckpoints,
  loadCheckpoint,
  makeSampleSet,
  readAblationCurves,
  readAblationTable,
  readAblationPairs,
  undecidedRows,
  type AblationTable,
} from 'xkd/internal';
import { temporaryFolder } from '../media/fixtures';
import { smallWords } from '../support/ablation';

const program = resolve(__dirname, '..', '..', '..', 'lib', 'dist', 'cli', 'main.js');
const steps = 40;

describe('xkd ablate', function () {
  this.timeout(1_200_000);
  const file = temporaryFolder();
  const words = (out: string, ...more: string[]) => [
    ...[program, 'ablate', '--data', file('decoded'), '--out', file(out)],
    ...['--rows', 'reconstruction,full', '--seeds', '2', '--steps', String(steps), '--processes', '1'],
    ...more,
    ...smallWords,
  ];
  const run = (all: readonly string[], environment: NodeJS.ProcessEnv = {}) =>
    spawnSync(process.execPath, all, { encoding: 'utf8', env: { ...process.env, ...environment } });
  const ablate = (out: string, ...more: string[]) => run(words(out, ...more));
  const table = (out: string): AblationTable =>
    readAblationTable(join(file(out), 'results', 'ablation.json'));
  const job = (out: string, row: string, seed: number) => join(file(out), 'jobs', row, `seed-${seed}`);
  let whole: AblationTable;

  before(async () => {
    await makeSampleSet({ out: file('sample'), train: 32, test: 16, workers: 2 });
    const { status, stderr } = run(
      words(
        'whole',
        '--data',
        file('sample'),
        '--rows',
        'reconstruction,full,untrained,supervised,shuffled,reconstruction-share-0',
        '--probe-every',
        '20',
      ),
    );
    assert.equal(status, 0, stderr);
    whole = table('whole');
    cpSync(join(file('whole'), 'sets', 'share-1-decoded'), file('decoded'), { recursive: true });
  });

  it('trains and probes every row with every seed, and draws the sets that it needs', () => {
    assert.deepEqual(
      whole.rows.map(({ name, figures }) => [name, figures.video.svm.values.length]),
      [
        ['reconstruction', 2],
        ['full', 2],
        ['untrained', 2],
        ['supervised', 2],
        ['shuffled', 2],
        ['reconstruction-share-0', 2],
      ],
    );
    assert.deepEqual([whole.steps, whole.missing, whole.trainClips, whole.testClips], [steps, [], 32, 16]);
    const settings = readFileSync(join(file('whole'), 'sets', 'share-0', 'settings.json'), 'utf8');
    assert.match(settings, /"commonShare": 0,/);
    assert.ok(existsSync(join(file('whole'), 'results', 'ablation.html')));
    assert.equal(listCheckpoints(job('whole', 'full', 0)).length, 1);
    // Neither is trained by the losses.
    assert.ok(!existsSync(join(job('whole', 'supervised', 0), 'metrics.jsonl')));
    assert.ok(!existsSync(join(job('whole', 'untrained', 0), 'metrics.jsonl')));
  });

  it('draws what networks know over their steps', () => {
    const { curves } = readAblationCurves(join(file('whole'), 'results', 'ablation-curves.json'));
    const own = curves.filter(({ seed }) => seed === 0);
    const stepsOf = own.map(({ row, probes }) => [row, probes?.map(({ step }) => step)]);
    const all = [0, 20, steps];
    assert.deepEqual(stepsOf, ['reconstruction', 'full', 'shuffled', 'reconstruction-share-0'].map((row) => [row, all])); // prettier-ignore
    const [first, , last] = own[1].probes!;
    const { video, audio } = whole.rows.find(({ name }) => name === 'full')!.figures;
    assert.deepEqual(
      [last.video, last.audio],
      [video.logistic.values[0].top1, audio.logistic.values[0].top1],
    );
    // Before the first step, rows of a seed are the same network: the untrained one.
    const figuresOf = (name: string) => whole.rows.find((row) => row.name === name)!.figures;
    const supervised = figuresOf('supervised');
    for (const features of ['video', 'audio'] as const) {
      assert.notDeepEqual(supervised[features], figuresOf('untrained')[features]);
    }
    const untrained = whole.rows.find(({ name }) => name === 'untrained')!.figures.video.logistic.values[0];
    assert.deepEqual([first.video, own[0].probes![0].video], [untrained.top1, untrained.top1]);
  });

  it('measures pairs with the networks that distil', () => {
    const { status, stderr } = run(
      words('whole', '--rows', 'reconstruction,full,shuffled', '--merge', '--pairs'),
    );
    assert.equal(status, 0, stderr);
    assert.match(stderr, /pairs 4\/4 networks/);
    const { testClips, pairs } = readAblationPairs(join(file('whole'), 'results', 'ablation-pairs.json'));
    assert.equal(testClips, 16);
    assert.deepEqual(
      pairs.map(({ row, seed }) => `${row} ${seed}`),
      ['full 0', 'shuffled 0', 'full 1', 'shuffled 1'],
    );
    // Cross-entropies of networks trained for a few steps, with 10 outputs: near log(10), and almost the same for other
    // clips.
    for (const { audioToVideo, videoToAudio } of pairs) {
      for (const { own, others } of [audioToVideo, videoToAudio]) {
        assert.ok(own > 1 && own < 8 && Math.abs(own - others) < 1.5, `${own} and ${others}`);
      }
    }
  });

  it('gives rows of one seed the same clips and weights, and shuffled pairs the same reconstruction at first', () => {
    const first = (row: string, seed: number) => metrics(job('whole', row, seed))[0];
    for (const row of ['reconstruction', 'shuffled']) {
      assert.equal(first(row, 0).videoReconstruction, first('full', 0).videoReconstruction, row);
    }
    assert.notEqual(first('shuffled', 0).distillation, first('full', 0).distillation);
    assert.notEqual(first('full', 1).videoReconstruction, first('full', 0).videoReconstruction);
  });

  it('continues after kill -9 to the same figures, and keeps the jobs that are done', async () => {
    const child = start(words('killed'));
    // Jobs of the second seed are running when those of the first have finished.
    await until(() => metrics(job('killed', 'full', 1)).length >= 8, child);
    child.kill('SIGKILL');
    const kept = join(job('killed', 'full', 0), 'result.json');
    const before = statSync(kept).mtimeMs;
    assert.ok(!existsSync(join(job('killed', 'full', 1), 'result.json')));
    await wait(1500);
    const { status, stdout, stderr } = ablate('killed');
    assert.equal(status, 0, stderr);
    assert.match(stderr, /ablate \d+\/160 steps .* jobs 4\/4/);
    assert.match(stdout, /^\| full XKD \|/m);
    assert.equal(statSync(kept).mtimeMs, before);
    assertSame(table('killed'));
    for (const seed of [0, 1]) {
      assert.deepEqual(losses(job('killed', 'full', seed)), losses(job('whole', 'full', seed)));
    }
  });

  it('ends at Ctrl-C with checkpoints, and continues from there', async () => {
    const child = start(words('stopped'));
    let stderr = '';
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    await until(() => metrics(job('stopped', 'full', 0)).length >= 5, child);
    child.kill('SIGINT');
    assert.equal(await new Promise((done) => child.once('close', done)), 130, stderr);
    assert.match(stderr, /^xkd: stopped; the same command continues from what was done so far$/m);
    assert.ok(listCheckpoints(job('stopped', 'full', 0)).length > 0);
    assert.ok(!existsSync(join(file('stopped'), 'results')));
    assert.equal(ablate('stopped').status, 0);
    assertSame(table('stopped'));
  });

  it('spreads jobs over machines, and puts their results together', () => {
    const first = run(words('first'), { JOB_COMPLETION_INDEX: '0', JOB_COMPLETIONS: '2' });
    assert.equal(first.status, 0, first.stderr);
    assert.match(first.stdout, /this part is done \(2 of 4 jobs\)\. When all are: xkd ablate --merge --out/);
    const half = ablate('first', '--merge');
    assert.equal(half.status, 0, half.stderr);
    assert.match(half.stdout, /^Not done yet: reconstruction, seed 1; full, seed 1\.$/m);
    const second = ablate('second', '--shard', '1/2');
    assert.equal(second.status, 0, second.stderr);
    assert.equal(ablate('first', '--merge', '--from', file('second')).status, 0);
    assertSame(table('first'));
  });

  it('adds seeds until every row is decided, or has as many as allowed, and trains nothing twice', () => {
    const decide = ['--decide', '--most-seeds', '4', '--within', '0.1', '--steps', '4'];
    const { status, stdout, stderr } = ablate('decided', ...decide);
    assert.equal(status, 0, stderr);
    const { rows, rule, missing } = table('decided');
    const halfWidth = 0.1 / 100;
    assert.deepEqual([rule, missing], [{ portion: 2, most: 4, halfWidth, margin: 0.01 }, []]);
    assert.deepEqual(undecidedRows({ rows }, rule!), []);
    const seeds = rows.map(({ figures }) => figures.video.logistic.values.length);
    assert.ok(
      seeds.every((count) => count === seeds[0] && [2, 4].includes(count)),
      seeds.join(),
    );
    assert.equal(/^xkd: more seeds for full$/m.test(stderr), seeds[0] === 4);
    assert.match(stdout, /Seeds were added in portions of 2, to at most 4, .* reached at most 0\.1 points/);
    const kept = statSync(join(job('decided', 'full', 0), 'result.json')).mtimeMs;
    assert.equal(ablate('decided', ...decide).status, 0);
    assert.equal(statSync(join(job('decided', 'full', 0), 'result.json')).mtimeMs, kept);
    assert.deepEqual(table('decided').rows, rows);
  });

  it('trains and compares the rows of a study of one’s own', () => {
    const text = `data: decoded
steps: 4
seeds: 1
rows:
  - { name: plain, title: as it is }
  - { name: dense, values: { mask.video: 0.5 } }
  - { name: start, training: none }
`;
    writeFileSync(file('study.yaml'), text);
    const all = [
      program,
      'ablate',
      '--study',
      file('study.yaml'),
      '--out',
      file('studied'),
      '--processes',
      '1',
    ];
    const { status, stdout, stderr } = run([...all, ...smallWords]);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^\| as it is \| .*\| 1 \|/m);
    const { rows, steps: taken, seeds } = table('studied');
    assert.deepEqual([rows.map(({ name }) => name), taken, seeds], [['plain', 'dense', 'start'], 4, [0]]);
    assert.ok(rows.slice(1).every(({ against }) => against === 'plain'));
    refused(run([...all, '--rows', 'thin', ...smallWords]), /no row "thin": choose from plain, dense, start/);
    refused(ablate('x', '--study', file('nowhere.yaml')), /nowhere\.yaml/);
  });

  it('trains the row with frozen teachers from the weights given for them', () => {
    const row = ['--rows', 'reconstruction,frozen', '--seeds', '1', '--steps', '2'];
    refused(ablate('frozen', ...row), /The row "frozen" needs a trained network .* --init/);
    const { status, stdout, stderr } = ablate('frozen', ...row, '--init', job('whole', 'full', 0));
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^\| frozen teachers \(ours\) \|/m);
    const [given, trained] = [job('whole', 'full', 0), job('frozen', 'frozen', 0)].map((folder) => {
      const state = loadCheckpoint(folder);
      const teachers = [...state.tensors.weights].filter(([name]) => name.includes('_teacher.'));
      const values = teachers.map(([name, tensor]) => [name, [...tensor.dataSync()]]);
      state.dispose();
      return values;
    });
    assert.deepEqual(trained, given);
  });

  it('says what is wrong and the way out', () => {
    refused(ablate('x', '--rows', 'ful'), /The ablation has no row "ful": choose from video, reconstruction/);
    refused(
      ablate('x', '--shard', '2/2'),
      /--shard makes this machine number 2 of 2: give a number from 0 to 1/,
    );
    refused(ablate('x', '--data', file('nowhere')), /nowhere does not exist: .*npx xkd data make/);
    refused(
      ablate('x', '--rows', 'full-share-0'),
      /decoded" is not a sample set, so none with a common share of 0 can be/,
    );
    refused(ablate('x', '--from', file('first')), /--from goes with --merge only/);
    refused(ablate('x', '--pairs'), /--pairs goes with --merge only/);
    refused(ablate('x', '--within', '2'), /--within goes with --decide only/);
    refused(ablate('x', '--decide', '--shard', '0/2'), /cannot decide on seeds/);
    refused(ablate('x', '--decide', '--most-seeds', '1'), /--most-seeds is 1, but every row gets 2 seeds/);
    const aFile = join(file('sample'), 'index.csv');
    refused(ablate('x', '--results', join(aFile, 'results')), /index\.csv/);
    assert.ok(!existsSync(file('x')));
    refused(ablate('x', '--merge'), /No job of these rows and seeds is done in .*x"/);
    refused(ablate('whole', '--steps', '41'), /training\.steps \(40, asked for 41\)/);
    refused(ablate('x', '--seeds', '0'), /Give a whole number of at least 1/);
  });

  /** Compares the figures of the rows that all runs here share. */
  function assertSame({ rows }: AblationTable): void {
    for (const row of rows) {
      const { figures } = whole.rows.find(({ name }) => name === row.name)!;
      assert.deepEqual(row.figures, figures, row.name);
    }
    assert.equal(rows.length, 2);
  }
});

function start(all: readonly string[]) {
  return spawn(process.execPath, all, { stdio: ['ignore', 'ignore', 'pipe'] });
}

async function until(done: () => boolean, child: ReturnType<typeof start>): Promise<void> {
  while (!done()) {
    assert.equal(child.exitCode, null, 'it ended before it could be stopped');
    await wait(20);
  }
}

interface StepFigures {
  readonly step: number;
  readonly distillation: number;
  readonly videoReconstruction: number;
}

function metrics(folder: string): StepFigures[] {
  const path = join(folder, 'metrics.jsonl');
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as StepFigures);
}

function losses(folder: string): string[] {
  return metrics(folder).map((row) => JSON.stringify({ ...row, secondsPerStep: 0 }));
}

function refused({ status, stderr }: { status: number | null; stderr: string }, pattern: RegExp): void {
  assert.ok(status === 1 || status === 2, stderr);
  assert.match(stderr, pattern);
  assert.doesNotMatch(stderr, /\n\s+at /);
}
