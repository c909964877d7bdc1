import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  watch,
  mkdirSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { listCheckpoints, loadCheckpoint, makeSampleSet, readMetricsFile } from 'xkd/internal';

const program = resolve(__dirname, '..', '..', '..', 'lib', 'dist', 'cli', 'main.js');

/** 20 steps, 3 per epoch, of a network whose step takes milliseconds. */
const small = [
  'clip.frameSize=16',
  'views.frameSize=8',
  'encoder.width=16',
  'encoder.depth=1',
  'encoder.heads=2',
  'decoder.width=8',
  'decoder.depth=1',
  'decoder.heads=2',
  'projector.hidden=12',
  'projector.bottleneck=6',
  'projector.outputs=10',
  'optimiser.warmupEpochs=1',
  'training.batch=5',
  'training.steps=20',
  'training.checkpointSteps=4',
  'loader.workers=1',
];

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A training process, started as a user would. */
class Training {
  readonly ended: Promise<Ended>;
  private readonly child: ChildProcess;

  constructor(words: readonly string[]) {
    this.child = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
    const texts = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      this.child[name]!.on('data', (text: Buffer) => (texts[name] += text.toString()));
    }
    this.ended = new Promise((done) =>
      this.child.once('close', (code, signal) => done({ code, signal, ...texts })),
    );
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  send(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Waits until a condition holds, as long as the process runs. */
  async until(holds: () => boolean): Promise<this> {
    while (this.running && !holds()) await new Promise((done) => setTimeout(done, 5));
    return this;
  }
}

describe('xkd pretrain --resume', function () {
  this.timeout(300_000);
  let folder: string;
  let data: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'xkd-kills-'));
    data = join(folder, 'sample');
    await makeSampleSet({ out: data, train: 16, test: 8, workers: 2 });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const words = (out: string, ...more: string[]) => [
    'pretrain',
    '--data',
    data,
    '--out',
    out,
    ...small,
    ...more,
  ];
  const metrics = (out: string) => {
    const path = join(out, 'metrics.csv');
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(1, -1) : [];
  };
  const withoutTime = (out: string) =>
    readMetricsFile(join(out, 'metrics.csv')).map((row) => ({ ...row, secondsPerStep: 0 }));
  const partials = (out: string) =>
    (readdirSync(out, { recursive: true }) as string[]).filter((name) => name.endsWith('.partial'));

  /** Kills the process as soon as the temporary file of the nth checkpoint from now appears. */
  async function killInWrite(training: Training, out: string, nth: number): Promise<void> {
    const checkpoints = join(out, 'checkpoints');
    await training.until(() => existsSync(checkpoints));
    const seen = new Set<string>();
    const watcher = watch(checkpoints, (_, name) => {
      if (name?.endsWith('.partial') && seen.add(name).size === nth) training.send('SIGKILL');
    });
    await training.ended;
    watcher.close();
  }

  /** Asserts that an interrupted run had the same result as an uninterrupted one. */
  function assertSame(cut: string, whole: string): void {
    assert.deepEqual(partials(cut), []);
    assert.deepEqual(withoutTime(cut), withoutTime(whole));
    const [expected, found] = [whole, cut].map((out) => readFileSync(listCheckpoints(out)[0]));
    assert.ok(found.equals(expected), 'the last checkpoints differ');
  }

  it('20 steps equal 10, kill -9 in mid-epoch, and 10 more; also after a kill before the first checkpoint', async () => {
    const [whole, cut] = ['whole', 'cut'].map((name) => join(folder, name));
    const inOneGo = new Training(words(whole, '--eager'));
    for (const steps of [1, 10]) {
      const resume = steps === 1 ? [] : ['--resume'];
      const training = new Training(words(cut, '--eager', ...resume));
      await training.until(() => metrics(cut).length >= steps);
      training.send('SIGKILL');
      assert.equal((await training.ended).signal, 'SIGKILL');
    }
    const last = await new Training(words(cut, '--eager', '--resume')).ended;
    assert.equal(last.code, 0, last.stderr);
    assert.equal((await inOneGo.ended).code, 0);
    assertSame(cut, whole);
  });

  for (const sharing of ['none', 'teachersAndStudents']) {
    it(`comes to the same bytes after kill -9 in the write of a checkpoint (sharing ${sharing})`, async () => {
      const [whole, cut] = ['whole', 'cut'].map((name) => join(folder, `${name} ${sharing}`));
      const more = [`sharing=${sharing}`];
      const inOneGo = new Training(words(whole, ...more));
      await killInWrite(new Training(words(cut, ...more)), cut, 2);
      const last = await new Training(words(cut, ...more, '--resume')).ended;
      assert.equal(last.code, 0, last.stderr);
      assert.equal((await inOneGo.ended).code, 0);
      assertSame(cut, whole);
    });
  }

  const moments: [string, NodeJS.Signals, number, (out: string) => boolean][] = [
    ['while the first batch is decoded', 'SIGTERM', 143, (out) => existsSync(join(out, 'metrics.jsonl'))],
    ['while steps are taken', 'SIGINT', 130, (out) => metrics(out).length >= 5],
    ['around the write of a checkpoint', 'SIGTERM', 143, (out) => metrics(out).length >= 8],
  ];
  for (const [when, signal, code, holds] of moments) {
    it(`ends at ${signal} ${when} with ${code} and a checkpoint of the last step`, async () => {
      const out = join(folder, when);
      const training = new Training(words(out, 'training.steps=100000', '--eager'));
      await training.until(() => holds(out));
      training.send(signal);
      const ended = await training.ended;
      assert.equal(ended.code, code, ended.stderr);
      const [, step] = /interrupted after step (\d+) of 100000; --resume continues/.exec(ended.stdout)!;
      assert.deepEqual(partials(out), []);
      assert.equal(metrics(out).length, Number(step));
      if (Number(step) > 0) loadCheckpoint({ runFolder: out, step: Number(step) }).dispose();
    });
  }

  it('ends at once at a second signal, with sound files', async () => {
    const out = join(folder, 'insisting');
    const training = await new Training(words(out, 'training.steps=100000', '--eager')).until(
      () => listCheckpoints(out).length > 0,
    );
    training.send('SIGTERM');
    // If the second signal comes after the process has ended by itself, there is nothing to end.
    while (training.running) {
      await new Promise((done) => setTimeout(done, 50));
      training.send('SIGTERM');
    }
    const { code, signal } = await training.ended;
    assert.ok(code === 143 || signal === 'SIGTERM', `${code} ${signal}`);
    const [newest] = listCheckpoints(out);
    loadCheckpoint(newest).dispose();
  });

  it('continues when the data set has moved, and not when clips are missing', async () => {
    const out = join(folder, 'moved');
    const steps = 'training.steps=1';
    assert.equal((await new Training(words(out, steps, '--eager')).ended).code, 0);
    const moved = join(folder, 'other', 'place');
    mkdirSync(join(folder, 'other'));
    renameSync(data, moved);
    try {
      const on = (from: string) =>
        spawnSync(
          process.execPath,
          [program, 'pretrain', '--data', from, '--out', out, ...small, steps, '--resume', '--eager'],
          { encoding: 'utf8' },
        );
      assert.equal(on(moved).status, 0);
      const refused = on(join(moved, 'clips'));
      assert.equal(refused.status, 1);
      assert.match(
        refused.stderr,
        /^xkd: ".*moved" cannot continue with this data set: the run was begun on 16 .+ 24 now; /,
      );
      assert.equal(refused.stderr.trim().split('\n').length, 1);
    } finally {
      renameSync(moved, data);
    }
  });

  it('stops with one sentence on a disk that is full, after sound checkpoints', async function () {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    // Room for two checkpoints of 0.39 MB and the metrics.
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
    if (mounted.status !== 0) {
      console.log('    no right to mount a small disk here: tested with an injected failure only');
      return this.skip();
    }
    try {
      const out = join(disk, 'run');
      const { code, stderr } = await new Training(words(out, 'training.keepCheckpoints=5', '--eager')).ended;
      assert.equal(code, 1, stderr);
      const sentences = stderr.split('\n').filter((line) => line.startsWith('xkd: '));
      assert.equal(sentences.length, 1, stderr);
      assert.match(
        sentences[0],
        /There is no disk space left to write ".*step-0000012.safetensors"; free some/,
      );
      assert.doesNotMatch(stderr, /\n\s+at /);
      assert.deepEqual(partials(out), []);
      assert.equal(listCheckpoints(out).length, 2);
      loadCheckpoint(out).dispose();
    } finally {
      spawnSync('umount', [disk]);
    }
  });
});
