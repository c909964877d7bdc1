import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MetricsFollower, PretrainingRun, UserError } from 'xkd/internal';
import { compareRuns } from 'xkd/dist/train/runs/compareRuns';
import { readRunStatus, stateSentence } from 'xkd/dist/train/runs/runStatus';
import { endedOwner } from '../support/owners';
import { config, entries, finish, open, said, source } from '../support/runs';
import { tinyConfig } from '../support/tiny';

describe('where a run stands', () => {
  let folder: string;
  let out: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'xkd-status-'));
    out = join(folder, 'run');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is read while it runs, when it was stopped, and when it is finished', async () => {
    const run = await open(out);
    const rows = [];
    for await (const row of run) {
      rows.push(row);
      if (rows.length === 2) break;
    }
    const running = readRunStatus(out);
    assert.deepEqual([running.state, running.step, running.steps, running.clips], ['running', 2, 8, 12]);
    assert.deepEqual(running.rows, rows);
    assert.match(stateSentence(running), /run" is being trained, step 2 of 8\.$/);
    await run.close();
    assert.equal(readRunStatus(out).state, 'stopped');
    assert.match(
      stateSentence(readRunStatus(out)),
      /was stopped at step 2 of 8; .*--resume" continues it\.$/,
    );
    await finish(await open(out, { resume: true }));
    assert.equal(readRunStatus(out).state, 'finished');
    assert.match(stateSentence(readRunStatus(out)), /is finished: 8 steps done\.$/);
    run.state.dispose();
  });

  it('is killed where its process ended without letting go', async () => {
    const run = await open(out);
    await finish(run, 4);
    writeFileSync(join(out, 'run.lock'), `${endedOwner()} here\n`);
    const status = readRunStatus(out);
    assert.deepEqual([status.state, status.step], ['killed', 4]);
    assert.match(
      stateSentence(status),
      /was killed at step 4 of 8; .* continues from its newest checkpoint\.$/,
    );
    run.state.dispose();
  });

  it('is not told by what is no run, or a damaged one', async () => {
    assert.throws(() => readRunStatus(folder), said(/holds no run: give the folder/));
    assert.throws(() => compareRuns([folder]), said(/There are no runs in ".*xkd-status-/));
    assert.throws(() => compareRuns([join(folder, 'none')]), said(/There is no folder ".*none"/));
    const run = await open(out);
    await finish(run, 1);
    run.state.dispose();
    writeFileSync(join(out, 'run.json'), '{"data": "x", "clips": 2.5, "steps": 8}');
    assert.throws(
      () => readRunStatus(out),
      said(/run\.json" is damaged \(clips must be a whole number; 2\.5 is not one\)/),
    );
    const { runs, unreadable } = compareRuns([folder]);
    assert.deepEqual([runs.length, unreadable.length], [0, 1]);
  });

  it('comes with its warnings, which a resumed run keeps up to where it goes on', async () => {
    const openSource = async (start: number) => {
      const batches = source(config, start);
      // Noticed while the second batch is prepared.
      const next = async () => {
        const batch = await batches.next();
        return batch.step === 1 ? { ...batch, skipped: [{ clip: 3, reason: 'is empty (0 bytes)' }] } : batch;
      };
      return { ...batches, next };
    };
    const run = await open(out, { openSource });
    for await (const { step } of run)
      if (step === 4) run.warn('the audio teacher answers every clip alike since step 3');
      else if (step === 5) break;
    await run.close();
    run.state.dispose();
    assert.deepEqual(readRunStatus(out).warnings, [
      { step: 2, sentence: `${entries[3].path} was left out: it is empty (0 bytes).` },
      { step: 5, sentence: 'the audio teacher answers every clip alike since step 3' },
    ]);
    rmSync(join(out, 'checkpoints', 'step-0000006.safetensors'));
    const resumed = await open(out, { resume: true });
    assert.equal(resumed.state.step, 3);
    assert.deepEqual(
      readRunStatus(out).warnings.map(({ step }) => step),
      [2],
    );
    await resumed.close();
    resumed.state.dispose();
  });

  it('is compared: what differs in configuration, wherever below a folder', async () => {
    const other = tinyConfig({
      'training.steps': 8,
      'mask.video': 0.5,
      'training.checkpointSteps': 2,
      seed: 4,
    });
    const one = { 'training.steps': 8, 'optimiser.warmupEpochs': 0 };
    for (const [name, made] of [
      ['a', tinyConfig(one)],
      ['deep/er/b', other],
    ] as const)
      await PretrainingRun.open({
        ...{ config: made, entries, data: 'nowhere', out: join(folder, name), eager: true },
        openSource: async (start) => source(made, start),
      }).then(async (run) => {
        await run.close();
        run.state.dispose();
      });
    const { runs, keys, values } = compareRuns([folder, join(folder, 'a')]);
    assert.deepEqual(
      runs.map(({ folder: path }) => path),
      [join(folder, 'a'), join(folder, 'deep', 'er', 'b')],
    );
    assert.deepEqual(keys, ['seed', 'mask.video', 'optimiser.warmupEpochs']);
    assert.deepEqual(values[1].slice(0, 2), [4, 0.5]);
  });
});

describe('MetricsFollower', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'xkd-follow-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('gives whole rows as they come, and begins again with a file that was written anew', () => {
    const path = join(folder, 'metrics.jsonl');
    const follower = new MetricsFollower(folder);
    const steps = () => follower.read().map(({ step }) => step);
    assert.deepEqual(steps(), []);
    writeFileSync(path, '{"step":0}\n{"step":1}\n{"st');
    assert.deepEqual(steps(), [0, 1]);
    writeFileSync(path, 'ep":2}\n', { flag: 'a' });
    assert.deepEqual(steps(), [0, 1, 2]);
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, 11));
    assert.deepEqual(steps(), [0]);
    writeFileSync(path, 'nonsense\n', { flag: 'a' });
    assert.throws(() => steps(), UserError);
    rmSync(path);
    writeFileSync(join(folder, 'metrics.csv'), 'step\n0\n1\n');
    assert.deepEqual(steps(), [0, 1]);
  });
});
