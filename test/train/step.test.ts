import assert from 'node:assert/strict';
import {
  type LossFigures,
  NonFiniteLoss,
  type Overrides,
  type StepSchedule,
  TrainState,
  CompiledEngine,
  differentiate,
  lossHyperparameters,
  stepStructure,
  disposeInputs,
  parameterSpecs,
  scheduleAt,
  tf,
  trainStep,
} from 'xkd/internal';
import { hasGraphs } from 'xkd/dist/tensor/graph';
import { randomInputs, tinyConfig } from '../support/tiny';

const length = { stepsPerEpoch: 10, steps: 100 };
const temperatures = { student: 0.2, videoTeacher: 0.06, audioTeacher: 0.06 };

/** Takes steps of a run on batches drawn from a seed, and returns their losses. */
async function takeSteps(
  state: TrainState,
  steps: number,
  { compiled = false, ...changed }: { compiled?: boolean } & Partial<StepSchedule> = {},
): Promise<LossFigures[]> {
  const engine = new CompiledEngine();
  const losses: LossFigures[] = [];
  for (let taken = 0; taken < steps; taken++) {
    const inputs = randomInputs(state.config, state.step);
    const schedule = {
      ...scheduleAt(state.config, state.step, length),
      ...changed,
    };
    const result = await trainStep(state, inputs, schedule, compiled ? engine : undefined);
    disposeInputs(inputs);
    losses.push(result.losses);
  }
  engine.dispose();
  return losses;
}

function gradientNames(overrides: Overrides = {}): { reached: Set<string>; all: string[] } {
  const state = TrainState.create(tinyConfig(overrides));
  const reached = new Set<string>();
  tf.tidy(() => {
    const inputs = randomInputs(state.config, 0);
    const numbers = lossHyperparameters(state.config, temperatures);
    const { gradients } = differentiate(stepStructure(state.config), state.tensors.weights, inputs, numbers);
    gradients.forEach(
      (gradient, name) => gradient.dataSync().some((value) => value !== 0) && reached.add(name),
    );
  });
  state.dispose();
  return { reached, all: parameterSpecs(state.config).map(({ name }) => name) };
}

describe('training step', () => {
  for (const sharing of ['none', 'students', 'teachersAndStudents'] as const) {
    it(`gradients reach every student, head and decoder and no teacher (sharing ${sharing})`, () => {
      const { reached, all } = gradientNames({ sharing });
      const expected = all.filter((name) => !name.includes('_teacher.') && !name.endsWith('weight_g'));
      assert.deepEqual([...reached].sort(), expected.sort());
    });
  }

  it('reconstruction alone leaves heads without a gradient and teachers out', () => {
    const { reached } = gradientNames({ 'loss.alignment': 0, 'loss.distillation': 0 });
    assert.ok([...reached].every((name) => !name.includes('.head.')));
    assert.ok(reached.has('vid_ae.mask_token') && reached.has('aud_student.backbone.cls_token'));
  });

  it('the number of live tensors is constant', async () => {
    for (const compiled of [false, true]) {
      const state = TrainState.create(tinyConfig());
      const before = tf.memory().numTensors;
      await takeSteps(state, 4, { compiled });
      assert.equal(tf.memory().numTensors, before, compiled ? 'traced' : 'eager');
      state.dispose();
    }
  });

  for (const sharing of ['none', 'students', 'teachersAndStudents'] as const) {
    it(`the traced graph gives the figures of eager steps (sharing ${sharing})`, async () => {
      const run = async (compiled: boolean) => {
        const state = TrainState.create(tinyConfig({ sharing }));
        const losses = await takeSteps(state, 20, { compiled });
        state.dispose();
        return losses;
      };
      const [eager, traced] = [await run(false), await run(true)];
      assert.ok(eager[19].total < 0.99 * eager[0].total, `these steps train: ${eager[19].total}`);
      eager.forEach((losses, step) =>
        Object.entries(losses).forEach(([term, value]) => {
          // Terms that are off are 0 in both.
          const error = Math.abs(traced[step][term as keyof LossFigures] - value) / (Math.abs(value) || 1);
          // Entropies are not losses: near 0 they magnify the last digit of a probability.
          const tolerance = term.endsWith('Entropy') ? 1e-3 : 1e-5;
          assert.ok(error <= tolerance, `step ${step}, ${term}: off by ${error}`);
        }),
      );
    });
  }

  it('products in bf16 move the losses of 20 steps by at most 2 %, and the state stays in single precision', async () => {
    const run = async (precision: 'fp32' | 'bf16') => {
      const state = TrainState.create(tinyConfig({ 'training.precision': precision }));
      const losses = await takeSteps(state, 20, { compiled: true, learningRate: 1e-3 });
      const types = new Set([...state.tensors.weights.values()].map(({ dtype }) => dtype));
      assert.deepEqual([...types], ['float32']);
      state.dispose();
      return losses.map(({ total }) => total);
    };
    const [exact, rounded] = [await run('fp32'), await run('bf16')];
    const errors = exact.map((loss, step) => Math.abs(rounded[step] - loss) / loss);
    assert.ok(Math.max(...errors) <= 0.02, `off by ${Math.max(...errors)}`);
    if (hasGraphs()) assert.ok(errors[0] > 1e-7, 'products were rounded');
  });

  it('the same seed gives the same losses, bit for bit; another one does not', async () => {
    const run = async (seed: number) => {
      const state = TrainState.create(tinyConfig({ seed }));
      const losses = await takeSteps(state, 4, { learningRate: 1e-3 });
      state.dispose();
      return losses.map(({ total }) => total);
    };
    const first = await run(7);
    assert.deepEqual(await run(7), first);
    assert.notDeepEqual(await run(8), first);
  });

  it('one batch can be overfitted', async () => {
    const config = tinyConfig({
      'optimiser.weightDecay': 0,
      'loss.alignment': 0,
      'loss.distillation': 0,
      'encoder.width': 32,
      'decoder.width': 64,
    });
    const state = TrainState.create(config);
    const inputs = randomInputs(config, 0);
    const engine = new CompiledEngine();
    const losses: number[] = [];
    while (losses.length < 150) {
      const schedule = { ...scheduleAt(config, state.step, length), learningRate: 3e-3 };
      losses.push((await trainStep(state, inputs, schedule, engine)).losses.total);
    }
    assert.ok(losses[149] < 0.5 * losses[0], `${losses[0]} to ${losses[149]}`);
    engine.dispose();
    disposeInputs(inputs);
    state.dispose();
  });

  it('a frozen last layer stands still, also against weight decay, while the rest moves', async () => {
    const config = tinyConfig({ 'optimiser.freezeLastLayerEpochs': 1 });
    const state = TrainState.create(config);
    const name = 'vid_student.head.last_layer.weight_v';
    const read = (key: string) => [...state.tensors.weights.get(key)!.dataSync()];
    const [last, first] = [read(name), read('vid_student.head.mlp.0.weight')];
    await takeSteps(state, 2, { learningRate: 1e-3 });
    assert.deepEqual(read(name), last);
    assert.notDeepEqual(read('vid_student.head.mlp.0.weight'), first);
    assert.deepEqual(state.updates, { lastLayer: 0, others: 2 });
    state.step = length.stepsPerEpoch;
    await takeSteps(state, 1, { learningRate: 1e-3 });
    assert.notDeepEqual(read(name), last);
    assert.deepEqual(state.updates, { lastLayer: 1, others: 3 });
    state.dispose();
  });

  it('a loss that is not finite stops with step and term, and changes nothing', async () => {
    const state = TrainState.create(tinyConfig());
    const key = 'aud_ae.out_proj.bias';
    state.commit({ weights: new Map([[key, tf.fill(state.tensors.weights.get(key)!.shape, NaN)]]) });
    const before = [...state.tensors.weights.get('vid_student.backbone.cls_token')!.dataSync()];
    for (const [step, sentence] of [
      [1, /step 1: audioReconstruction is NaN; .* with a lower optimiser\.learningRate/],
      [0, /step 0: audioReconstruction is NaN; nothing is learnt yet, so the weights to begin with/],
    ] as const) {
      state.step = step;
      await assert.rejects(
        () => takeSteps(state, 1),
        (error: Error) => error instanceof NonFiniteLoss && sentence.test(error.message),
      );
      assert.equal(state.step, step);
    }
    assert.deepEqual([...state.tensors.weights.get('vid_student.backbone.cls_token')!.dataSync()], before);
    state.dispose();
  });
});
