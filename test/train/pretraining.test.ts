import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import {
  type StepMetrics,
  TrainState,
  checkpointFile,
  listCheckpoints,
  loadCheckpoint,
  readMetricsFile,
  saveCheckpoint,
  tf,
} from 'xkd/internal';
import { collectGarbage } from 'xkd/dist/tensor/graph/collectGarbage';
import { isThisProcess, parseOwner } from 'xkd/dist/files/locks/owner';
import { livingOwner } from '../support/owners';
import { config, finish, open, said, source, weightsOf } from '../support/runs';
import { tinyConfig } from '../support/tiny';

describe('pretraining run', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'xkd-run-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('writes configuration, versions, metrics and the newest checkpoints', async () => {
    const out = join(folder, 'run');
    const run = await open(out);
    const rows = await finish(run);
    assert.equal(rows.length, 8);
    assert.deepEqual(JSON.parse(readFileSync(join(out, 'config.json'), 'utf8')), config);
    const about = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8'));
    assert.equal(about.steps, 8);
    assert.equal(about.versions.node, process.version);
    for (const name of ['metrics.csv', 'metrics.jsonl']) {
      const metrics = readMetricsFile(join(out, name));
      assert.deepEqual(
        metrics.map(({ step, total }) => [step, total]),
        rows.map(({ step, total }) => [step, total]),
      );
    }
    assert.deepEqual(readdirSync(join(out, 'checkpoints')), [
      'step-0000006.safetensors',
      'step-0000008.safetensors',
    ]);
    run.state.dispose();
  });

  it('5 steps, a new process state, and 3 more equal 8 in one go, bit for bit', async () => {
    const whole = await open(null, { eager: false });
    const expected = await finish(whole);
    const out = join(folder, 'run');
    const first = await open(out, { eager: false });
    await finish(first, 5);
    first.state.dispose();
    const second = await open(out, { resume: true, eager: false });
    assert.equal(second.state.step, 5);
    const rest = await finish(second);
    assert.deepEqual(
      rest.map(({ step, total }) => [step, total]),
      expected.slice(5).map(({ step, total }) => [step, total]),
    );
    assert.deepEqual(weightsOf(second.state), weightsOf(whole.state));
    assert.equal(readMetricsFile(join(out, 'metrics.csv')).length, 8);
    [whole, second].forEach(({ state }) => state.dispose());
  });

  it('an interrupt ends the loop after the step, with a checkpoint', async () => {
    const out = join(folder, 'run');
    const listeners = process.listeners('SIGINT');
    const run = await open(out);
    const rows: StepMetrics[] = [];
    for await (const row of run) {
      rows.push(row);
      if (rows.length === 2) process.emit('SIGINT');
    }
    await run.close();
    assert.equal(rows.length, 2);
    assert.ok(run.interrupted);
    assert.equal(loadCheckpoint(out).step, 2);
    assert.deepEqual(process.listeners('SIGINT'), listeners);
    run.state.dispose();
  });

  it('keeps everything in memory without a folder, and lets every tensor go', async () => {
    const before = tf.memory().numTensors;
    const run = await open(null);
    await finish(run);
    run.state.dispose();
    assert.equal(tf.memory().numTensors, before);
  });

  it('lets go of every batch while it continues', async () => {
    const batches: WeakRef<object>[] = [];
    const openSource = async (start: number) => {
      const inner = source(config, start);
      const next = async () => {
        const batch = await inner.next();
        batches.push(new WeakRef(batch));
        return batch;
      };
      return { ...inner, next };
    };
    const run = await open(null, { openSource });
    for await (const { step } of run) {
      if (step < 6) continue;
      await setImmediate(); // A WeakRef's target lives until the end of the turn in which it was dereferenced.
      collectGarbage();
      const kept = batches.filter((batch) => batch.deref() !== undefined);
      assert.equal(batches.length, 7);
      assert.ok(kept.length <= 1, `${kept.length} of 7 batches are kept`);
      break;
    }
    await run.close();
    run.state.dispose();
  });

  it('does not write into another run unasked', async () => {
    const out = join(folder, 'run');
    const run = await open(out);
    await finish(run, 1);
    await assert.rejects(open(out), said(/already holds a run; add --resume/));
    run.state.dispose();
  });

  it('is alone in its folder, also after a process that ended without a word', async () => {
    const out = join(folder, 'run');
    const run = await open(out);
    const lock = join(out, 'run.lock');
    assert.ok(isThisProcess(parseOwner(readFileSync(lock, 'utf8').split(' ')[0])!));
    await finish(run, 1);
    assert.ok(!existsSync(lock));
    const other = await livingOwner();
    writeFileSync(lock, `${other.text} here\n`);
    await assert.rejects(
      open(out, { resume: true }),
      said(/Process \d+ is training in ".*run" just now; wait for it or end it/),
    );
    other.child.kill('SIGKILL');
    await once(other.child, 'exit');
    const again = await open(out, { resume: true });
    await finish(again, 1);
    await assert.rejects(open(out, { resume: true, config: tinyConfig() }), said(/another configuration/));
    assert.ok(!existsSync(lock), 'who is refused lets go of the folder');
    [run, again].forEach(({ state }) => state.dispose());
  });

  it('refuses a checkpoint of another configuration and lists what differs', async () => {
    const out = join(folder, 'run');
    const run = await open(out);
    await finish(run, 1);
    const other = tinyConfig({ 'training.steps': 8, 'mask.video': 0.5, 'optimiser.warmupEpochs': 0 });
    await assert.rejects(
      open(out, { config: other, resume: true }),
      said(/another configuration: mask\.video \(0\.85, asked for 0\.5\); ask for/),
    );
    run.state.dispose();
  });

  it('resuming where there is nothing says so', async () => {
    await assert.rejects(
      open(join(folder, 'none'), { resume: true }),
      said(/no run in ".*none" to continue;/),
    );
  });
});

describe('checkpoint', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'xkd-checkpoint-'));
    path = join(folder, 'a.safetensors');
    const state = TrainState.create(config);
    saveCheckpoint(state, path);
    state.dispose();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('gives back what was written', () => {
    const state = loadCheckpoint(path);
    const fresh = TrainState.create(config);
    assert.deepEqual(state.config, config);
    assert.deepEqual(weightsOf(state), weightsOf(fresh));
    assert.deepEqual(state.updates, { lastLayer: 0, others: 0 });
    [state, fresh].forEach((each) => each.dispose());
  });

  it('a truncated file is refused by name', () => {
    truncateSync(path, 5000);
    assert.throws(() => loadCheckpoint(path), said(/a\.safetensors/));
  });

  it('a changed bit is refused by name of file and tensor', () => {
    const bytes = readFileSync(path);
    bytes[bytes.length - 3] ^= 4;
    writeFileSync(path, bytes);
    assert.throws(
      () => loadCheckpoint(path),
      said(/a\.safetensors" is damaged \(the values of ".+" have changed\)/),
    );
  });

  it('a file of another kind is refused', () => {
    writeFileSync(path, 'not a checkpoint at all');
    assert.throws(() => loadCheckpoint(path), said(/a\.safetensors/));
    assert.throws(() => loadCheckpoint(join(folder, 'missing')), said(/no checkpoint ".*missing"/));
    assert.throws(() => checkpointFile(folder), said(/holds no checkpoints/));
    assert.deepEqual(listCheckpoints(folder), []);
  });
});
