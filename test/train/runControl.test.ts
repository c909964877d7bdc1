import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type InterruptWatch, RunControl, checkpointPath } from 'xkd/internal';
import { open } from '../support/runs';

/** Waits until everything that is ready has run. */
const settle = () => new Promise((done) => setTimeout(done, 20));

describe('the control of a run', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'xkd-control-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('pauses after the running step, takes single ones, and continues', async () => {
    const run = await open(null);
    const steps: number[] = [];
    const told: string[] = [];
    run.observe(() => told.push(`${run.state.step}${run.looping ? '' : ' ended'}`));
    const loop = (async () => {
      for await (const { step } of run) {
        steps.push(step);
        if (step === 1) run.control.pause();
      }
    })();
    const until = async (count: number) => {
      while (steps.length < count) await settle();
      await settle();
    };
    await until(2);
    assert.deepEqual([steps, run.control.paused], [[0, 1], true]);
    run.control.single();
    await until(3);
    assert.deepEqual(steps, [0, 1, 2]);
    run.control.single();
    run.control.single();
    await until(5);
    assert.deepEqual([steps.length, run.control.waiting, run.looping], [5, true, true]);
    run.control.resume();
    await loop;
    assert.deepEqual(steps, [0, 1, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual([run.looping, run.interrupted, told[told.length - 1]], [false, false, '8 ended']);
    assert.equal(run.latest?.step, 7);
    await run.close();
    run.state.dispose();
  });

  it('stops with a checkpoint, also while it is paused, and the next loop continues', async () => {
    const out = join(folder, 'run');
    const run = await open(out);
    for await (const { step } of run) {
      if (step !== 3) continue;
      run.control.pause();
      setTimeout(() => run.control.stop(), 20);
    }
    assert.deepEqual([run.state.step, run.interrupted, run.control.paused], [4, false, false]);
    assert.ok(existsSync(checkpointPath(out, 4)));
    for await (const { step } of run) assert.ok(step >= 4);
    assert.equal(run.state.step, 8);
    await run.close();
    run.state.dispose();
  });

  it('lets an interrupt end a pause', async () => {
    let interrupt = () => {};
    let requested = false;
    const whenRequested = new Promise<void>((done) => (interrupt = () => ((requested = true), done())));
    const watch = { whenRequested, whenInsistingEnds: whenRequested, signal: null, stop: () => undefined };
    const control = new RunControl();
    control.pause();
    const allowed = control.allows({
      ...watch,
      get requested() {
        return requested;
      },
    } as InterruptWatch);
    interrupt();
    assert.equal(await allowed, true);
  });
});
