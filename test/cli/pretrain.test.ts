import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { listCheckpoints, loadCheckpoint, makeSampleSet, readMetricsFile } from 'xkd/internal';

const program = resolve(__dirname, '..', '..', '..', 'lib', 'dist', 'cli', 'main.js');
/** Overrides for a run of a few seconds. */
const small = [
  'encoder.depth=1',
  'decoder.depth=1',
  'training.batch=8',
  'training.steps=3',
  'optimiser.warmupEpochs=1',
  'loader.workers=1',
];

const xkd = (...words: string[]) => spawnSync(process.execPath, [program, ...words], { encoding: 'utf8' });

/** Asserts one sentence on stderr, no stack, and an exit code other than 0. */
function refused(words: string[], pattern: RegExp): void {
  const { status, stderr } = xkd(...words); // the progress bar may precede the sentence
  assert.notEqual(status, 0);
  assert.match(stderr, pattern);
  const sentences = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('pretrain '));
  assert.equal(sentences.length, 1, stderr);
  assert.doesNotMatch(stderr, /\n\s+at /);
}

describe('xkd pretrain', function () {
  this.timeout(300_000);
  let folder: string;
  let data: string;
  const run = (name: string) => join(folder, name);
  const command = (out: string, ...more: string[]) => [
    'pretrain',
    '--data',
    data,
    '--out',
    out,
    ...small,
    ...more,
  ];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'xkd-pretrain-'));
    data = join(folder, 'sample');
    await makeSampleSet({ out: data, train: 16, test: 8, workers: 2 });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('trains from mp4 files, continues with --resume, and refuses another configuration', () => {
    const out = run('first');
    const first = xkd(...command(out, '--eager'));
    assert.equal(first.status, 0, first.stderr);
    assert.match(first.stdout, /first: 3 steps done/);
    assert.ok(!existsSync(join(out, 'run.lock')));
    assert.deepEqual(
      readMetricsFile(join(out, 'metrics.csv')).map(({ step }) => step),
      [0, 1, 2],
    );
    refused(command(out), /^xkd: ".*first" already holds a run; add --resume/);
    refused(
      command(out, '--resume', 'mask.audio=0.5'),
      /^xkd: ".*first" was made with another configuration: mask\.audio \(0\.8, asked for 0\.5\)/,
    );
    const on = xkd(...command(out, '--resume'));
    assert.equal(on.status, 0, on.stderr);
  });

  it('Ctrl-C ends after the step with a checkpoint and no processes left', async () => {
    const out = run('interrupted');
    const words = command(out, 'training.steps=100000', 'training.checkpointSteps=100000', '--eager');
    const child = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
    const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
    const stepsSoFar = () => {
      try {
        return readMetricsFile(join(out, 'metrics.jsonl')).length;
      } catch {
        return 0;
      }
    };
    while (stepsSoFar() < 2 && child.exitCode === null) await new Promise((done) => setTimeout(done, 100));
    child.kill('SIGINT');
    assert.equal(await ended, 130);
    assert.match(stdout, /interrupted after step \d+ of 100000; --resume continues/);
    const state = loadCheckpoint(out);
    assert.equal(state.step, readMetricsFile(join(out, 'metrics.jsonl')).length);
    state.dispose();
  });

  it('refuses what is missing or wrong in one sentence', () => {
    const empty = run('empty');
    mkdirSync(empty);
    const missing = run('missing');
    refused(['pretrain', '--data', missing, '--out', run('a')], /^xkd: .*missing/);
    refused(['pretrain', '--data', empty, '--out', run('a')], /^xkd: .*empty/);
    refused(command(run('a'), '--preset', 'huge'), /no preset "huge"; choose one of base, .*, nano-mats\./);
    refused(
      command(run('a'), 'mask.vdeo=0.5'),
      /no configuration key "mask\.vdeo"; did you mean "mask\.video"\?/,
    );
    refused(command(run('a'), 'mask.video=1.5'), /mask\.video must be at most 0\.99; 1\.5 is not\./);
    refused(command(run('a'), 'mask.video'), /"mask\.video" is not an override; write key=value/);
    refused(command(run('a'), 'training.batch=64'), /training\.batch is 64, but there are only 16 files/);
    refused(['pretrain', '--out', run('a')], /--data/);
    refused(command(run('a'), 'teacher=frozen'), /teacher is "frozen" but no weights .* with --init \(in a/);
  });

  it('refuses an output folder that is a file, and a data set whose files are no videos', () => {
    const file = run('file');
    writeFileSync(file, '');
    refused(command(join(file, 'run')), /^xkd: .*file/);
    const broken = run('broken');
    mkdirSync(broken);
    for (let i = 0; i < 8; i++) writeFileSync(join(broken, `${i}.mp4`), 'no video');
    const out = run('from-broken');
    refused(
      ['pretrain', '--data', broken, '--out', out, ...small, '--eager'],
      /xkd: \d of 8 files cannot be used .*\.mp4 holds no pictures or sound that can be read/,
    );
    assert.deepEqual(listCheckpoints(out), []);
    assert.ok(readdirSync(out).includes('config.json'));
  });
});
