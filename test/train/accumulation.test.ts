import assert from 'node:assert/strict';
import {
  AccumulatedStep,
  CompiledEngine,
  type Differentiated,
  type LossFigures,
  type NdArray,
  type Overrides,
  RandomStream,
  type Engine,
  TrainState,
  type ViewBatch,
  type XkdConfig,
  addMicroBatch,
  clipFrames,
  differentiate,
  lossHyperparameters,
  stepStructure,
  disposeInputs,
  eagerEngine,
  largestError,
  modelInputs,
  scheduleAt,
  tf,
  trainStep,
} from 'xkd/internal';
import { tinyConfig } from '../support/tiny';

const batch = 8;
const microBatches = 4;
const length = { stepsPerEpoch: 10, steps: 100 };
const temperatures = { student: 0.2, videoTeacher: 0.06, audioTeacher: 0.06 };

function config(overrides: Overrides = {}): XkdConfig {
  return tinyConfig({ 'training.batch': batch, 'optimiser.warmupEpochs': 0, ...overrides });
}

/** Views of a whole batch, or of one of its micro-batches. */
function views(of: XkdConfig, step: number, microBatch = 0): ViewBatch {
  const { clip, spectrogram, views: local, training } = of;
  const stream = RandomStream.fromSeed(5).split('views', step);
  const clips = training.batch / training.accumulate;
  const array = (shape: number[]): NdArray => {
    const size = shape.reduce((product, n) => product * n, 1);
    const all = Float32Array.from({ length: batch * size }, () => stream.normal());
    return {
      data: all.slice(microBatch * clips * size, (microBatch + 1) * clips * size),
      shape: [clips, ...shape],
    };
  };
  const video = [
    array([3, clipFrames(of), clip.frameSize, clip.frameSize]),
    array([3, local.frames, local.frameSize, local.frameSize]),
  ];
  const audio = [
    array([1, spectrogram.melBands, spectrogram.columns]),
    array([1, spectrogram.melBands, local.columns]),
  ];
  return { step, microBatch, video, audio, entries: [] };
}

/** Losses, gradients and new centres of a whole batch, or summed over its micro-batches. */
function sums(of: XkdConfig): { state: TrainState; sum: Differentiated } {
  const state = TrainState.create(of);
  const at = (microBatch: number) => modelInputs(of, views(of, 0, microBatch));
  const { weights } = state.tensors;
  const [structure, numbers] = [stepStructure(of), lossHyperparameters(of, temperatures)];
  if (of.training.accumulate === 1) {
    return { state, sum: differentiate(structure, weights, at(0), numbers) };
  }
  let sum: Differentiated | null = null;
  for (let microBatch = 0; microBatch < of.training.accumulate; microBatch++) {
    sum = addMicroBatch({
      structure,
      weights,
      model: at(microBatch),
      numbers,
      count: of.training.accumulate,
      before: sum,
    });
  }
  return { state, sum: sum! };
}

/**
 * Largest errors of the sums over micro-batches against the whole batch, by group, relative to the group's largest value.
 * Rounding causes up to 6e-6 in a tensor whose gradients nearly cancel.
 */
function errors(overrides: Overrides): Record<'losses' | 'gradients' | 'centres', number> {
  const found = { losses: 0, gradients: 0, centres: 0 };
  tf.tidy(() => {
    const whole = sums(config(overrides));
    const apart = sums(config({ ...overrides, 'training.accumulate': microBatches }));
    assert.deepEqual([...apart.sum.gradients.keys()], [...whole.sum.gradients.keys()]);
    found.losses = largestError(apart.sum.losses.dataSync(), whole.sum.losses.dataSync());
    for (const group of ['gradients', 'centres'] as const) {
      const values = (sum: Differentiated) =>
        [...whole.sum[group].keys()].flatMap((name) => [...sum[group].get(name)!.dataSync()]);
      found[group] = largestError(values(apart.sum), values(whole.sum));
    }
    whole.state.dispose();
    apart.state.dispose();
  });
  return found;
}

describe('gradient accumulation', () => {
  it('equals one large batch for reconstruction and distillation, centres included', () => {
    const cases: Overrides[] = [{}, { 'loss.distillation': 0 }, { sharing: 'teachersAndStudents' }];
    for (const overrides of cases) {
      const { losses, gradients, centres } = errors({ 'loss.alignment': 0, ...overrides });
      assert.ok(losses <= 1e-6, `losses: ${losses}`);
      assert.ok(gradients <= 1e-6, `gradients: ${gradients}`);
      assert.ok(centres <= 1e-6, `centres: ${centres}`);
    }
  });

  it('differs in the MMD alone, which compares the clips of a micro-batch', () => {
    const { losses, centres } = errors({});
    assert.ok(losses > 1e-3, `the MMD of micro-batches is another figure: ${losses}`);
    assert.ok(centres <= 1e-6);
  });

  for (const [name, makeEngine] of [
    ['op by op', () => ({ engine: eagerEngine, dispose: () => undefined })],
    [
      'as traced graphs',
      () => {
        const engine = new CompiledEngine();
        return { engine, dispose: () => engine.dispose() };
      },
    ],
  ] as [string, () => { engine: Engine; dispose: () => void }][]) {
    it(`takes steps like those of large batches and leaves no tensors behind, ${name}`, async () => {
      const { engine, dispose } = makeEngine();
      const whole = config({ 'loss.alignment': 0 });
      const apart = config({ 'loss.alignment': 0, 'training.accumulate': microBatches });
      const states = [whole, apart].map((of) => TrainState.create(of));
      const before = tf.memory().numTensors;
      for (let step = 0; step < 3; step++) {
        const schedule = { ...scheduleAt(whole, step, length), learningRate: 1e-4 };
        const inputs = modelInputs(whole, views(whole, step));
        const expected = (await trainStep(states[0], inputs, schedule, engine)).losses;
        disposeInputs(inputs);
        const accumulated = new AccumulatedStep(states[1], schedule, engine);
        let losses: LossFigures | undefined;
        for (let microBatch = 0; microBatch < microBatches; microBatch++) {
          assert.equal(states[1].step, step, 'the state stands still until the last micro-batch');
          const inputs = modelInputs(apart, views(apart, step, microBatch));
          losses = (await accumulated.add(inputs))?.losses;
          disposeInputs(inputs);
        }
        // After the first update, Adam has magnified the rounding of gradients near 0.
        const tolerance = step === 0 ? 1e-6 : 1e-5;
        const error = Math.abs(losses!.total - expected.total) / expected.total;
        assert.ok(error <= tolerance, `step ${step}: ${error}`);
      }
      assert.equal(tf.memory().numTensors, before);
      states.forEach((state) => state.dispose());
      dispose();
    });
  }
});
