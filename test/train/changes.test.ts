import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ChangeLog,
  type ConfigChange,
  type PretrainingArgs,
  type StepMetrics,
  isLiveKey,
  listCheckpoints,
  loadCheckpoint,
  readChanges,
  readCheckpointInfo,
} from 'xkd/internal';
import { config, open, said, weightsOf } from '../support/runs';

/** Hyperparameters, and switches that need another graph. */
const changes: readonly ConfigChange[] = [
  { step: 2, values: { 'optimiser.learningRate': 5e-4, 'loss.distillation': 3 } },
  { step: 4, values: { refinement: 'softmax', 'mask.video': 0.5 } },
  { step: 4, values: { 'temperature.student': 0.15 } },
  { step: 7, values: { 'loss.alignment': 0 } },
];

const withoutTime = (row: StepMetrics) => ({ ...row, secondsPerStep: 0 });

/** Takes the remaining steps, or those up to `end`, and makes the changes by hand before their steps. */
async function steer(
  out: string | null,
  args: Partial<PretrainingArgs> = {},
  { by = changes, end = 8 } = {},
): Promise<{ rows: unknown[]; weights: unknown; changes: readonly ConfigChange[] }> {
  const run = await open(out, args);
  const rows: unknown[] = [];
  const make = () => {
    for (const { step, values } of by) if (step === run.state.step) assert.equal(run.change(values), step);
  };
  make();
  for await (const row of run) {
    rows.push(withoutTime(row));
    make();
    if (run.state.step === end) break;
  }
  const taken = { rows, weights: weightsOf(run.state), changes: run.changes };
  await run.close();
  run.state.dispose();
  return taken;
}

describe('changes during a run', () => {
  let folder: string;
  let out: string;
  let whole: Awaited<ReturnType<typeof steer>>;
  before(async () => (whole = await steer(null)));
  beforeEach(() => (out = join((folder = mkdtempSync(join(tmpdir(), 'xkd-changes-'))), 'run')));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('count from the next step on, each of them, and are logged', async () => {
    assert.deepEqual(whole.changes, changes);
    const plain = await steer(null, {}, { by: [] });
    const total = (row: unknown) => (row as StepMetrics).total;
    const differing = whole.rows.map((row, i) => total(row) !== total(plain.rows[i]));
    assert.deepEqual(differing, [false, false, true, true, true, true, true, true]);
    for (const left of changes) {
      const others = await steer(null, {}, { by: changes.filter((change) => change !== left) });
      assert.notDeepEqual(others.weights, whole.weights, JSON.stringify(left));
    }
  });

  for (const eager of [true, false]) {
    it(`are replayed from the log bit for bit (${eager ? 'op by op' : 'as native graphs'})`, async () => {
      const first = await steer(out, { eager });
      const log = readChanges(join(out, 'changes.json'));
      assert.deepEqual(log, changes);
      const again = await steer(join(folder, 'again'), { eager, changes: log }, { by: [] });
      assert.deepEqual(again.rows, first.rows);
      assert.deepEqual(again.weights, first.weights);
      assert.deepEqual(readChanges(join(folder, 'again', 'changes.json')), changes);
    });

    it(`outlive an end of the run at any step (${eager ? 'op by op' : 'as native graphs'})`, async () => {
      const expected = eager ? whole : await steer(null, { eager });
      for (const end of eager ? [1, 2, 4, 5, 7] : [4]) {
        rmSync(out, { recursive: true, force: true });
        const before = await steer(out, { eager }, { end });
        const after = await steer(
          out,
          { eager, resume: true },
          { by: changes.filter(({ step }) => step > end) },
        );
        assert.deepEqual([...before.rows, ...after.rows], expected.rows, `cut off after step ${end}`);
        assert.deepEqual(after.weights, expected.weights);
      }
    });
  }

  it('are made again where an older checkpoint is gone on from', async () => {
    await steer(out);
    const [newest, older] = listCheckpoints(out);
    assert.equal(readCheckpointInfo(older).step, 6);
    rmSync(newest);
    const after = await steer(out, { resume: true }, { by: [] });
    assert.deepEqual(after.rows, whole.rows.slice(6));
    assert.deepEqual(after.weights, whole.weights);
  });

  it('made before that point take another way: later ones of the log are dropped', async () => {
    await steer(out);
    rmSync(listCheckpoints(out)[0]);
    const other = { step: 6, values: { 'ema.start': 0.5 } };
    const after = await steer(out, { resume: true }, { by: [other] });
    assert.deepEqual(after.changes, [...changes.slice(0, 3), other]);
    assert.notDeepEqual(after.weights, whole.weights);
  });

  it('stand in the checkpoint, which has the configuration of its step', async () => {
    await steer(out, {}, { end: 5 });
    const info = readCheckpointInfo(listCheckpoints(out)[0]);
    assert.deepEqual(info.begun, config);
    assert.deepEqual(info.changes, changes.slice(0, 3));
    assert.equal(info.config.refinement, 'softmax');
    const state = loadCheckpoint(out);
    assert.equal(state.config.temperature.student, 0.15);
    state.dispose();
    assert.deepEqual(JSON.parse(readFileSync(join(out, 'config.json'), 'utf8')), config);
  });

  it('during a step count for the one after it', async () => {
    const run = await open(null);
    const first = run.step();
    assert.equal(run.change({ 'loss.alignment': 0 }), 1);
    assert.notEqual((await first).alignment, 0);
    assert.equal((await run.step()).alignment, 0);
    await run.close();
    run.state.dispose();
  });

  it('to the same value leave no trace', async () => {
    const run = await open(out);
    run.change({ 'loss.alignment': config.loss.alignment });
    assert.deepEqual(run.changes, []);
    await run.close();
    assert.ok(!existsSync(join(out, 'changes.json')));
    run.state.dispose();
  });

  it('that are not allowed are refused with a sentence, and nothing changes', async () => {
    const run = await open(out);
    for (const [values, pattern] of [
      [{ 'training.batch': 8 }, /"training\.batch" cannot change while a run is under way/],
      [{ seed: 3 }, /"seed" cannot change/],
      [{ encoder: 'tiny' }, /"encoder" cannot change/],
      [{ 'loss.alignmen': 1 }, /did you mean "loss\.alignment"/],
      [{ 'mask.video': 2 }, /^mask\.video must be at most 0\.99; 2 is not\.$/],
      [{ 'mask.video': 0.99 }, /leaves none of the/],
      [{ 'loss.alignment': 0, 'loss.distillation': 0, 'loss.reconstruction': 0 }, /nothing would be learnt/],
    ] as const) {
      assert.throws(() => run.change(values), said(pattern));
    }
    assert.deepEqual(run.changes, []);
    assert.equal(run.config, config);
    await run.close();
    run.state.dispose();
  });

  it('of a log that is none, or does not fit the checkpoint, are refused with a sentence', async () => {
    const path = join(folder, 'changes.json');
    assert.throws(() => readChanges(path), said(/There is no file/));
    for (const text of [
      'no JSON',
      '{"step": 1}',
      '[{"step": -1, "values": {}}]',
      '[{"step": 1, "values": {"a": {}}}]',
    ]) {
      writeFileSync(path, text);
      assert.throws(() => readChanges(path), said(/changes\.json" is not a list of changes/));
    }
    assert.throws(() => new ChangeLog(config, [changes[3], changes[0]]), said(/comes after later ones/));
    await assert.rejects(
      open(null, { changes: [{ step: 100, values: { 'views.frames': 2 } }] }),
      said(/"views\.frames" cannot change/),
    );
    await steer(out, {}, { end: 5 });
    const tells = said(/records other changes before step 5 than the checkpoint/);
    writeFileSync(join(out, 'changes.json'), JSON.stringify(changes.slice(1)));
    await assert.rejects(open(out, { resume: true }), tells);
    rmSync(join(out, 'changes.json'));
    await assert.rejects(open(out, { resume: true }), tells);
  });

  it('are of keys that neither weights nor data nor the length of a run go by', () => {
    for (const key of ['optimiser.learningRate', 'loss.alignment', 'mask.audio', 'refinement', 'ema.end'])
      assert.ok(isLiveKey(key), key);
    for (const key of ['seed', 'preset', 'encoder.width', 'training.steps', 'loader.workers', 'masks'])
      assert.ok(!isLiveKey(key), key);
  });
});
