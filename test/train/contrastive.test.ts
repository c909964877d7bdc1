import assert from 'node:assert/strict';
import {
  CompiledEngine,
  type LossFigures,
  type Overrides,
  type Engine,
  TrainState,
  decodeMetadata,
  disposeInputs,
  eagerEngine,
  encodeMetadata,
  largestError,
  scheduleAt,
  trainStep,
} from 'xkd/internal';
import { hasGraphs } from 'xkd/dist/tensor/graph';
import { randomInputs, tinyConfig } from '../support/tiny';

const length = { stepsPerEpoch: 10, steps: 100 };
const usual = { alignment: 'contrastive', 'optimiser.warmupEpochs': 0, 'optimiser.epsilon': 1e-4 };

/** Takes steps on batches determined by their number. */
async function take(steps: number, engine: Engine, overrides: Overrides = {}) {
  const state = TrainState.create(tinyConfig({ ...usual, ...overrides }));
  const { config } = state;
  const losses: LossFigures[] = [];
  for (let step = 0; step < steps; step++) {
    const inputs = randomInputs(config, step);
    losses.push((await trainStep(state, inputs, scheduleAt(config, step, length), engine)).losses);
    disposeInputs(inputs);
  }
  const weights = [...state.tensors.weights.values()].flatMap((tensor) => [...tensor.dataSync()]);
  state.dispose();
  return { losses, weights };
}

describe('training with contrastive alignment', () => {
  for (const overrides of [{}, { 'loss.distillation': 0, 'loss.reconstruction': 0 }] as Overrides[]) {
    it(`is the same op by op and compiled: ${JSON.stringify(overrides)}`, async function () {
      if (!hasGraphs()) this.skip();
      const engine = new CompiledEngine();
      const [eager, compiled] = [await take(3, eagerEngine, overrides), await take(3, engine, overrides)];
      eager.losses.forEach((expected, step) => {
        for (const term of ['total', 'alignment', 'studentContrast'] as const) {
          const error = Math.abs(compiled.losses[step][term] / expected[term] - 1);
          assert.ok(error <= 1e-5, `${term} of step ${step}: off by ${error}`);
        }
      });
      const error = largestError(compiled.weights, eager.weights);
      assert.ok(error <= 1e-5, `weights off by ${error}`);
      engine.dispose();
    });
  }

  it('has the contrast in place of the MMD in the total', async () => {
    const [{ total, reconstruction, distillation, alignment, ...terms }] = (await take(1, eagerEngine))
      .losses;
    assert.deepEqual([terms.studentAlignment, terms.teacherAlignment], [0, 0]);
    assert.equal(terms.studentContrast, alignment);
    assert.ok(alignment > 0);
    const expected = (alignment + distillation + 5 * reconstruction) / 7;
    assert.ok(Math.abs(total / expected - 1) < 1e-6);
  });

  it('takes its temperature without another trace', async function () {
    if (!hasGraphs()) this.skip();
    const engine = new CompiledEngine();
    const hot = { 'loss.alignmentTemperature': 0.5 };
    const [first, changed] = [await take(1, engine), await take(1, engine, hot)];
    assert.equal(engine.traces, 1);
    assert.notEqual(changed.losses[0].studentContrast, first.losses[0].studentContrast);
    const error = largestError(changed.weights, (await take(1, eagerEngine, hot)).weights);
    assert.ok(error <= 1e-5, `weights off by ${error}`);
    engine.dispose();
  });

  it('brings features of a clip nearer to each other than to others', async () => {
    const state = TrainState.create(
      tinyConfig({ ...usual, 'loss.reconstruction': 0, 'loss.distillation': 0 }),
    );
    const inputs = randomInputs(state.config, 0);
    const losses: number[] = [];
    while (losses.length < 30) {
      const result = await trainStep(state, inputs, scheduleAt(state.config, 10, length));
      losses.push(result.losses.studentContrast);
    }
    disposeInputs(inputs);
    state.dispose();
    assert.ok(losses[29] < 0.1 * losses[0], `${losses[0]} to ${losses[29]}`);
  });

  it('leaves checkpoints of before readable: they were aligned as in the paper', () => {
    const config = tinyConfig();
    const info = { config, begun: config, changes: [], step: 3, skipped: [], run: null };
    const metadata = encodeMetadata({ ...info, updates: { lastLayer: 3, others: 3 } });
    const old = JSON.parse(metadata.config);
    delete old.alignment;
    delete old.loss.alignmentTemperature;
    const read = decodeMetadata('old', { ...metadata, config: JSON.stringify(old) });
    assert.deepEqual({ ...read.config }, { ...config });
  });
});
