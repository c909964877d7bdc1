import assert from 'node:assert/strict';
import {
  CompiledEngine,
  type Override,
  type Engine,
  TrainState,
  UserError,
  type XkdConfig,
  disposeInputs,
  eagerEngine,
  flattenConfig,
  lossHyperparameters,
  stepStructure,
  updateHyperparameters,
  largestError,
  scheduleAt,
  trainStep,
} from 'xkd/internal';
import { hasGraphs } from 'xkd/dist/tensor/graph';
import { randomInputs, tinyConfig } from '../support/tiny';

/** In the middle of every warm-up, with clipped gradients, so that each number has an effect. */
const step = 12;
const length = { stepsPerEpoch: 10, steps: 100 };
const usual = {
  'encoder.depth': 1,
  'temperature.videoTeacher.end': 0.09,
  'temperature.audioTeacher.end': 0.09,
  'temperature.warmupEpochs': 4,
  'optimiser.warmupEpochs': 4,
  'optimiser.clip': 0.02,
  'optimiser.epsilon': 1e-4,
  'ema.start': 0.9,
};

/** Keys whose numbers are fed to the graph of a step. */
const fed = /^(temperature\.|centreMomentum$|ema\.|loss\.|optimiser\.(?!freezeLastLayerEpochs))/;
/** Keys whose numbers are shapes or switches of the graph. */
const structural =
  /^(clip\.(seconds|framesPerSecond|frameSize)$|spectrogram\.(melBands|columns)$|patch\.|views\.|encoder\.|decoder\.|projector\.|mask\.|optimiser\.freezeLastLayerEpochs$|training\.batch$)/;

/** A number that the plain configuration rejects; contrastive.test.ts changes it. */
const needsContrast = /^loss\.alignmentTemperature$/;

/** Values that cannot be found by a rule. */
const chosen: Record<string, Override> = {
  'optimiser.freezeLastLayerEpochs': 3,
  'mask.video': 0.5,
  'mask.audio': 0.5,
  'ema.end': 0.95,
};

/** Another valid configuration that differs in only one key. */
function changed(key: string, value: Override): XkdConfig {
  const scaled = [1.25, 2, 0.5, 0.8, 3, 4].map((factor) =>
    Array.isArray(value) ? value.map((each: number) => each * factor) : Number(value) * factor,
  );
  for (const candidate of key in chosen ? [chosen[key]] : [...scaled, 1, 0.5]) {
    if (String(candidate) === String(value)) continue;
    try {
      return tinyConfig({ ...usual, [key]: candidate });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }
  throw new Error(`No other value of ${key} was found.`);
}

interface Taken {
  /** Without entropies, which magnify the last digit of a probability near 0. */
  readonly losses: number[];
  readonly weights: number[];
}

/** One step, from weights and on inputs determined only by their sizes. */
async function take(config: XkdConfig, engine: Engine): Promise<Taken> {
  const state = TrainState.create({ ...config, seed: 0 });
  state.step = step;
  state.updates = { lastLayer: step, others: step };
  const inputs = randomInputs(config, 0);
  const { losses } = await trainStep(state, inputs, scheduleAt(config, step, length), engine);
  const weights = [...state.tensors.weights.values()].flatMap((tensor) => [...tensor.dataSync()]);
  disposeInputs(inputs);
  state.dispose();
  const terms = Object.entries(losses).filter(([term]) => !term.endsWith('Entropy'));
  return { losses: terms.map(([, loss]) => loss), weights };
}

function assertEqual(actual: Taken, expected: Taken, what: string): void {
  const losses = Math.max(
    ...expected.losses.map((loss, i) => Math.abs(actual.losses[i] - loss) / Math.max(loss, 1e-9)),
  );
  assert.ok(losses <= 1e-6, `${what}: losses off by ${losses}`);
  const weights = largestError(actual.weights, expected.weights);
  assert.ok(weights <= 1e-6, `${what}: weights off by ${weights}`);
}

describe('numbers of a configuration', () => {
  const plain = tinyConfig(usual);
  const engine = new CompiledEngine();
  let first: Taken;
  before(async function () {
    if (!hasGraphs()) this.skip();
    first = await take(plain, engine);
  });
  after(() => engine.dispose());

  const numbers = flattenConfig(plain).filter(([, value]) =>
    [value].flat().every((each) => typeof each === 'number'),
  );
  for (const [key, value] of numbers.filter(([name]) => fed.test(name) && !needsContrast.test(name))) {
    it(`${key} is fed: the trace stays, the new value counts, and both engines agree`, async () => {
      const config = changed(key, value);
      const traces = engine.traces;
      const compiled = await take(config, engine);
      assert.equal(engine.traces, traces);
      assert.notDeepEqual(compiled, first);
      assertEqual(compiled, await take(config, eagerEngine), key);
    });
  }

  for (const [key, value] of numbers.filter(([name]) => structural.test(name))) {
    it(`${key} is traced again, and both engines agree`, async () => {
      const config = changed(key, value);
      const traces = engine.traces;
      const compiled = await take(config, engine);
      assert.equal(engine.traces, traces + 1);
      assertEqual(compiled, await take(config, eagerEngine), key);
    });
  }

  it('all others have no part in the arithmetic of a step', () => {
    const others = numbers.filter(([key]) => !fed.test(key) && !structural.test(key));
    assert.ok(others.length > 20);
    const schedule = scheduleAt(plain, step, length);
    for (const [key, value] of others) {
      const config = changed(key, value);
      assert.deepEqual(stepStructure(config), stepStructure(plain), key);
      assert.deepEqual(scheduleAt(config, step, length), schedule, key);
      const of = (each: XkdConfig) => [
        lossHyperparameters(each, schedule.temperatures),
        updateHyperparameters(each, schedule, { lastLayer: step, others: step }),
      ];
      assert.deepEqual(of(config), of(plain), key);
    }
  });

  it('a loss that is switched off or on traces again, and the graph of before is used again', async () => {
    const own = new CompiledEngine();
    for (const [weight, traces] of [
      [1, 1],
      [0, 2],
      [2, 2],
      [0, 2],
    ]) {
      const config = tinyConfig({ ...usual, 'loss.alignment': weight });
      assertEqual(await take(config, own), await take(config, eagerEngine), `loss.alignment=${weight}`);
      assert.equal(own.traces, traces);
    }
    own.dispose();
  });

  it('a mask ratio that keeps as many patches needs no new trace', async () => {
    const own = new CompiledEngine();
    for (const ratio of [0.85, 0.851, 0.5])
      await take(tinyConfig({ ...usual, 'mask.video': ratio, 'mask.audio': ratio }), own);
    assert.equal(own.traces, 2);
    own.dispose();
  });

  for (const [key, value] of [
    ['optimiser.clip', 0],
    ['refinement', 'softmax'],
    ['teacherView', 'firstLocal'],
    ['teacher', 'frozen'],
    ['loss.alignmentOf', 'students'],
    ['sharing', 'students'],
  ] as const) {
    it(`${key}=${value} is a switch`, async () => {
      const traces = engine.traces;
      const config = tinyConfig({ ...usual, [key]: value });
      assertEqual(await take(config, engine), await take(config, eagerEngine), key);
      assert.equal(engine.traces - traces, 1);
    });
  }
});
