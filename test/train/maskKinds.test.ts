import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CompiledEngine,
  type XkdConfig,
  TrainState,
  type Engine,
  configure,
  disposeInputs,
  eagerEngine,
  largestError,
  loadCheckpoint,
  scheduleAt,
  trainStep,
  validateConfig,
} from 'xkd/internal';
import { hasGraphs } from 'xkd/dist/tensor/graph';
import { config as plain, finish, open, said, weightsOf } from '../support/runs';
import { randomInputs, tinyConfig } from '../support/tiny';

const steps = { 'training.steps': 8, 'training.checkpointSteps': 3, 'optimiser.warmupEpochs': 0 };
const both = { 'mask.video.kind': 'tube', 'mask.audio.kind': 'timeFrequency' };

/** Losses and weights of two steps. */
async function train(config: XkdConfig, engine: Engine): Promise<{ losses: number[]; weights: number[] }> {
  const state = TrainState.create({ ...config, seed: 0 });
  const losses: number[] = [];
  for (const step of [0, 1]) {
    const inputs = randomInputs(config, step);
    const schedule = scheduleAt(config, step, { stepsPerEpoch: 10, steps: 100 });
    const result = await trainStep(state, inputs, schedule, engine);
    disposeInputs(inputs);
    const terms = Object.entries(result.losses).filter(([term]) => !term.endsWith('Entropy'));
    losses.push(...terms.map(([, loss]) => loss));
  }
  const weights = [...state.tensors.weights.values()].flatMap((tensor) => [...tensor.dataSync()]);
  state.dispose();
  return { losses, weights };
}

describe('training with kinds of masks', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'xkd-masks-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('both engines agree; a kind that keeps as many tokens as another needs no new trace', async function () {
    if (!hasGraphs()) this.skip();
    const engine = new CompiledEngine();
    const seen = new Set<number>();
    // Of 16 and 32 tokens, 2 and 6 are kept; 4 in whole tubes; 8 in whole columns or rows.
    for (const [kinds, traces] of [
      [{}, 1],
      [{ 'mask.video.kind': 'tube' }, 2],
      [{ 'mask.audio.kind': 'time' }, 3],
      [{ 'mask.audio.kind': 'frequency' }, 3],
      [{ 'mask.audio.kind': 'timeFrequency' }, 3],
    ] as const) {
      const config = tinyConfig({ 'encoder.depth': 1, 'optimiser.warmupEpochs': 0, ...kinds });
      const [compiled, eager] = [await train(config, engine), await train(config, eagerEngine)];
      assert.equal(engine.traces, traces);
      assert.ok(largestError(compiled.losses, eager.losses) < 1e-5, JSON.stringify(kinds));
      assert.ok(largestError(compiled.weights, eager.weights) < 1e-5, JSON.stringify(kinds));
      seen.add(eager.losses[0]);
    }
    assert.equal(seen.size, 5, 'each kind gives a loss of its own');
    engine.dispose();
  });

  it('5 steps and 3 more equal 8 in one go', async () => {
    const config = tinyConfig({ ...steps, ...both });
    const whole = await open(null, { config });
    await finish(whole);
    const first = await open(folder, { config });
    await finish(first, 5);
    const second = await open(folder, { config, resume: true });
    assert.equal(second.state.config.mask['video.kind'], 'tube');
    await finish(second);
    assert.deepEqual(weightsOf(second.state), weightsOf(whole.state));
    [whole, first, second].forEach(({ state }) => state.dispose());
  });

  it('may change during a run', async () => {
    const run = await open(null, { config: plain });
    await finish(run, 1);
    assert.equal(run.change(both), 1);
    await finish(run, 1);
    assert.deepEqual(run.state.config.mask, {
      video: 0.85,
      'video.kind': 'tube',
      audio: 0.8,
      'audio.kind': 'timeFrequency',
    });
    run.state.dispose();
  });

  it('a run of before there were kinds goes on with random masks, and with no others', async () => {
    const first = await open(folder, { config: plain });
    await finish(first, 3);
    first.state.dispose();
    const path = join(folder, 'config.json');
    const stored = JSON.parse(readFileSync(path, 'utf8')) as { mask: Record<string, unknown> };
    stored.mask = { video: 0.85, audio: 0.8 };
    writeFileSync(path, JSON.stringify(stored));
    await assert.rejects(
      open(folder, { config: tinyConfig({ ...steps, ...both }), resume: true }),
      said(/mask\.video\.kind \("random", asked for "tube"\), mask\.audio\.kind \("random", asked for "time/),
    );
    const second = await open(folder, { config: plain, resume: true });
    assert.equal((await finish(second)).length, 5);
    second.state.dispose();
    const state = loadCheckpoint(folder);
    assert.deepEqual(state.config.mask, plain.mask);
    state.dispose();
  });

  it('configurations come back from their files, and those of before with the default', () => {
    const config = configure('nano', both);
    assert.deepEqual(validateConfig(JSON.parse(JSON.stringify(config))), config);
    const before = { ...configure('nano'), mask: { video: 0.85, audio: 0.8 } };
    assert.deepEqual(validateConfig(before), configure('nano'));
  });
});
