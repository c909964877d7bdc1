import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { makeSampleSet } from 'xkd/internal';
import { temporaryFolder } from '../media/fixtures';
import { makeOriginals } from '../support/originals';

const program = resolve(__dirname, '..', '..', '..', 'lib', 'dist', 'cli', 'main.js');

describe('xkd extract', function () {
  this.timeout(300_000);
  const file = temporaryFolder();
  const words = (root: string, out: string, ...more: string[]) => [
    ...[program, 'extract', '--data', file(root), '--out', file(out)],
    ...['--short-side', '32', '--clips-per-shard', '4', '--workers', '2', ...more],
  ];
  const run = (environment: NodeJS.ProcessEnv, ...all: string[]) =>
    spawnSync(process.execPath, all, { encoding: 'utf8', env: { ...process.env, ...environment } });
  const extract = (root: string, out: string, ...more: string[]) => run({}, ...words(root, out, ...more));

  before(async () => {
    mkdirSync(file('mixed'));
    makeOriginals((name) => join(file('mixed'), name));
    await makeSampleSet({ out: file('sample'), train: 16, test: 8, workers: 2 });
    const { status, stdout, stderr } = extract('sample', 'whole');
    assert.equal(status, 0, stderr);
    assert.match(stderr, /^extract: 24 clips; about \d+ MB for all that is not there yet$/m);
    assert.match(stdout, /whole: 24 clips in 6 shards, [\d.]+ MB, [\d.]+ minutes, 0 files not usable\.$/m);
  });

  it('names the files that cannot be used, with the reason, and those of no data set', () => {
    const { status, stdout, stderr } = extract('mixed', 'mixed-out');
    assert.equal(status, 0, stderr);
    assert.match(stderr, /^not usable: text\.mp4 holds no pictures or sound that can be read$/m);
    assert.match(stderr, /^not usable: missing\.mp4 does not exist$/m);
    assert.match(stdout, /10 clips in 3 shards, .* 2 files not usable/);
    mkdirSync(file('hopeless'));
    writeFileSync(join(file('hopeless'), 'a.mp4'), 'no video at all');
    refused(
      extract('hopeless', 'hopeless-out'),
      /None of the 1 clips could be extracted; .*manifest\.jsonl has/,
    );
    refused(extract('nowhere', 'x'), /The data set .*nowhere does not exist/);
    refused(
      run({}, program, 'extract', '--out', file('x')),
      /Nothing to extract: name the folder of the data set with --data/,
    );
    refused(extract('mixed', 'mixed-out', '--fps', '4'), /framesPerSecond 8 there, 4 asked for/);
    refused(extract('mixed', 'x', '--short-side', '0'), /Give a whole number of at least 1/);
  });

  it('continues after kill -9 in the middle of a write, to the same bytes', async () => {
    const child = start(words('sample', 'killed'));
    await grown(file('killed'), 0.4 * sizeOf(file('whole')), child);
    child.kill('SIGKILL');
    await ended(child);
    assert.ok(readdirSync(join(file('killed'), 'shards')).some((name) => name.endsWith('.growing')));
    const { status, stderr } = extract('sample', 'killed');
    assert.equal(status, 0, stderr);
    assert.deepEqual(contents(file('killed')), contents(file('whole')));
  });

  it('ends at Ctrl-C, and continues from there', async () => {
    const child = start(words('sample', 'stopped'));
    let stderr = '';
    child.stderr!.on('data', (text: Buffer) => (stderr += text.toString()));
    await grown(file('stopped'), 1, child);
    child.kill('SIGINT');
    assert.equal(await ended(child), 130, stderr);
    assert.match(
      stderr,
      /^xkd: Stopped; everything so far is kept, and the same command continues from there\.$/m,
    );
    assert.equal(extract('sample', 'stopped').status, 0);
    assert.deepEqual(contents(file('stopped')), contents(file('whole')));
  });

  it('keeps what there is when the disk is full', () => {
    // A limit on the file size simulates a full disk.
    const script = `ulimit -f 800; trap '' XFSZ; exec "$0" "$@"`;
    const all = [process.execPath, ...words('sample', 'full', '--workers', '1')];
    const result = spawnSync('bash', ['-c', script, ...all], { encoding: 'utf8' });
    refused(result, /clips-0000\d\.tar" would exceed the largest file this file system or user may write/);
    assert.equal(extract('sample', 'full').status, 0);
    assert.deepEqual(contents(file('full')), contents(file('whole')));
  });

  it('takes its part from the environment, and merges the parts', () => {
    const part = (environment: NodeJS.ProcessEnv, ...more: string[]) =>
      run(environment, ...words('sample', 'parts', ...more));
    const first = part({ JOB_COMPLETION_INDEX: '0', JOB_COMPLETIONS: '2' });
    assert.equal(first.status, 0, first.stderr);
    assert.match(first.stdout, /this part is done \(12 clips\); of other parts 3 shards are not there yet/);
    const merge = () => run({}, program, 'extract', '--merge', '--out', file('parts'));
    refused(
      merge(),
      /3 of 6 shards are not there yet \(clips-00001\.tar, clips-00003\.tar, clips-00005\.tar\)/,
    );
    const second = part({ SLURM_ARRAY_TASK_ID: '8', SLURM_ARRAY_TASK_MIN: '7', SLURM_ARRAY_TASK_COUNT: '2' });
    assert.equal(second.status, 0, second.stderr);
    assert.equal(merge().status, 0);
    assert.deepEqual(contents(file('parts')), contents(file('whole')));
    refused(part({ JOB_COMPLETION_INDEX: '1' }), /but not of how many jobs: add --shards/);
    refused(
      part({ JOB_COMPLETION_INDEX: 'x' }, '--shards', '2'),
      /JOB_COMPLETION_INDEX is "x", which is not a whole number/,
    );
    refused(
      part({}, '--shard', '2/2'),
      /--shard makes this machine number 2 of 2: give a number from 0 to 1/,
    );
    refused(part({}, '--shard', 'first'), /--shard takes i\/n, such as 0\/4/);
    refused(part({}, '--shards', '4'), /give --shard i\/4, with i from 0 to 3/);
  });

  it('is what pretraining and probes read', () => {
    // The originals are no longer needed.
    cpSync(file('whole'), file('moved'), { recursive: true });
    const small = [
      'optimiser.warmupEpochs=0',
      'encoder.depth=1',
      'decoder.depth=1',
      'training.batch=8',
      'loader.workers=1',
    ];
    const pretrain = (data: string, ...more: string[]) =>
      run(
        {},
        program,
        'pretrain',
        '--data',
        file(data),
        '--out',
        file(`run-${data}`),
        '--eager',
        'training.steps=2',
        ...small,
        ...more,
      );
    const losses = (data: string) => {
      const { status, stderr } = pretrain(data);
      assert.equal(status, 0, stderr);
      const lines = readFileSync(join(file(`run-${data}`), 'metrics.jsonl'), 'utf8')
        .trimEnd()
        .split('\n');
      return lines.map((line) => (JSON.parse(line) as { total: number }).total);
    };
    assert.deepEqual(losses('moved'), losses('sample'));
    refused(
      pretrain('whole', 'clip.framesPerSecond=4', 'clip.seconds=2'),
      /was extracted for clip\.framesPerSecond=8/,
    );
    const probe = (data: string) =>
      run(
        {},
        program,
        'probe',
        '--checkpoint',
        file('run-moved'),
        '--data',
        file(data),
        '--json',
        'loader.workers=1',
      );
    const [there, original] = [probe('moved'), probe('sample')].map(
      ({ stdout }) => JSON.parse(stdout) as { logistic: object },
    );
    assert.deepEqual(there.logistic, original.logistic);
  });
});

function start(words: readonly string[]): ChildProcess {
  return spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'pipe'] });
}

function ended(child: ChildProcess): Promise<number | null> {
  return child.exitCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise((done) => child.once('exit', (code) => done(code)));
}

/** Waits until this many bytes have been written. */
async function grown(folder: string, bytes: number, child: ChildProcess): Promise<void> {
  while (sizeOf(folder) < bytes) {
    assert.equal(child.exitCode, null, 'it ended too early');
    await wait(5);
  }
}

/** Bytes of all shards, finished or growing. */
function sizeOf(folder: string): number {
  try {
    const names = readdirSync(join(folder, 'shards')).filter((name) => /\.tar$|\.growing$/.test(name));
    return names.reduce((sum, name) => sum + statSync(join(folder, 'shards', name)).size, 0);
  } catch {
    return 0;
  }
}

/** Asserts one sentence on stderr besides the progress, no stack, and an exit code other than 0. */
function refused({ status, stderr }: { status: number | null; stderr: string }, pattern: RegExp): void {
  assert.ok(status === 1 || status === 2, `${status} ${stderr}`);
  assert.match(stderr, pattern);
  assert.equal(stderr.split('\n').filter((line) => /^xkd: /.test(line)).length, 1, stderr);
  assert.doesNotMatch(stderr, /\n\s+at /);
}

/** Hashes of all files of an extraction, by name. */
function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  const hash = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length), hash(path)]));
}
