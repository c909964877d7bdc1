import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CompiledEngine,
  type Overrides,
  TrainState,
  computeStep,
  disposeInputs,
  listCheckpoints,
  lossHyperparameters,
  scheduleAt,
  tf,
  trainStep,
  updateInputs,
} from 'xkd/internal';
import { scalarsOf } from 'xkd/dist/tensor/scalars';
import { config as runConfig, finish, open, said, weightsOf } from '../support/runs';
import { randomInputs, tinyConfig } from '../support/tiny';

const length = { stepsPerEpoch: 10, steps: 100 };
const frozen = (overrides: Overrides = {}) =>
  tinyConfig({ teacher: 'frozen', 'optimiser.warmupEpochs': 0, ...overrides });
const isTeacher = (name: string) => name.includes('_teacher.');

/** Given weights. Those of the teachers differ from any student's initial weights. */
function given(config = frozen()): TrainState {
  const state = TrainState.create(config);
  for (const [name, weight] of state.tensors.weights) {
    if (isTeacher(name)) state.commit({ weights: new Map([[name, tf.mul(weight, 1.25)]]) });
  }
  return state;
}

const valuesOf = ({ tensors }: TrainState) =>
  new Map([...tensors.weights].map(([name, tensor]) => [name, [...tensor.dataSync()]]));

const teachersOf = (state: TrainState) => [...valuesOf(state)].filter(([name]) => isTeacher(name));

/** Takes steps. Returns their losses, and the weights before and after. */
async function train(overrides: Overrides, { compiled = false, steps = 4 } = {}) {
  const state = given(frozen(overrides));
  const before = valuesOf(state);
  const engine = new CompiledEngine();
  const losses: number[] = [];
  while (losses.length < steps) {
    const inputs = randomInputs(state.config, state.step);
    const schedule = scheduleAt(state.config, state.step, length);
    const result = await trainStep(state, inputs, schedule, compiled ? engine : undefined);
    disposeInputs(inputs);
    losses.push(result.losses.total);
  }
  const after = valuesOf(state);
  engine.dispose();
  state.dispose();
  return { losses, before, after };
}

describe('frozen teachers', () => {
  for (const sharing of ['none', 'students', 'teachersAndStudents'] as const) {
    it(`keep their weights to the bit, eager as compiled, while students and centres move (sharing ${sharing})`, async () => {
      const [eager, compiled] = [await train({ sharing }), await train({ sharing }, { compiled: true })];
      for (const { before, after } of [eager, compiled]) {
        for (const [name, values] of before) {
          if (isTeacher(name)) assert.deepEqual(after.get(name), values, name);
        }
        for (const name of [
          'vid_student.backbone.encoder.blocks.0.mlp.fc1.weight',
          'aud_student.head.mlp.0.weight',
          'vt2as_ce_loss.center',
          'at2vs_ce_loss.center',
        ]) {
          assert.notDeepEqual(after.get(name), before.get(name), name);
        }
      }
      eager.losses.forEach((loss, step) => {
        const error = Math.abs(compiled.losses[step] / loss - 1);
        assert.ok(error < 1e-5, `step ${step}: off by ${error}`);
      });
    });
  }

  it('are not in what a step computes, and momentum has no part in it', () => {
    for (const teacher of ['ema', 'frozen'] as const) {
      const state = given(tinyConfig({ teacher }));
      const schedule = scheduleAt(state.config, 50, length);
      const moved = tf.tidy(() => {
        const model = randomInputs(state.config, 0);
        const loss = scalarsOf(lossHyperparameters(state.config, schedule.temperatures));
        const { weights } = computeStep({ ...updateInputs(state, schedule), model, loss }).state;
        return [...weights.keys()].filter(isTeacher).length;
      });
      const all = [...state.tensors.weights.keys()].filter(isTeacher).length;
      assert.equal(moved, teacher === 'ema' ? all : 0);
      if (teacher === 'frozen') assert.equal(schedule.emaMomentum, 1);
      else assert.ok(schedule.emaMomentum > 0.9995 && schedule.emaMomentum < 1);
      state.dispose();
    }
  });

  describe('in a run', () => {
    const config = { ...runConfig, teacher: 'frozen' } as const;
    const initial = async () => given(config);
    let folder: string;
    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'xkd-frozen-'))));
    afterEach(() => rmSync(folder, { recursive: true }));

    it('continue bit for bit without given weights', async () => {
      const whole = await open(null, { config, initial });
      const rows = await finish(whole);
      const out = join(folder, 'run');
      const first = await open(out, { config, initial });
      await finish(first, 4);
      const second = await open(out, { config, resume: true });
      assert.deepEqual(
        (await finish(second)).map(({ step, total, emaMomentum }) => [step, total, emaMomentum]),
        rows.slice(4).map(({ step, total }) => [step, total, 1]),
      );
      assert.deepEqual(weightsOf(second.state), weightsOf(whole.state));
      const start = await initial();
      assert.deepEqual(teachersOf(second.state), teachersOf(start));
      for (const { state } of [whole, first, second, { state: start }]) state.dispose();
    });

    it('keep their weights, too, where the clips of a step go through in parts, as native graphs', async () => {
      const parts = { ...config, training: { ...config.training, accumulate: 2 } };
      const run = await open(null, { config: parts, initial, eager: false });
      await finish(run, 2);
      const start = await initial();
      assert.deepEqual(teachersOf(run.state), teachersOf(start));
      for (const { state } of [run, { state: start }]) state.dispose();
    });

    it('need given weights, unless a checkpoint has them; the folder is free for another try', async () => {
      const sentence =
        /^teacher is "frozen" but no weights are given, .* with --init \(in a notebook: initial: .*\), or leave teacher out\.$/;
      const out = join(folder, 'run');
      const before = tf.memory().numTensors;
      await assert.rejects(open(null, { config }), said(sentence));
      await assert.rejects(open(out, { config }), said(sentence));
      await assert.rejects(open(out, { config, resume: true }), said(sentence));
      assert.equal(tf.memory().numTensors, before);
      const run = await open(out, { config, initial });
      await finish(run, 1);
      assert.equal(listCheckpoints(out).length, 2);
      run.state.dispose();
    });

    it('refuse a change of momentum while it is under way', async () => {
      const run = await open(null, { config, initial });
      assert.throws(
        () => run.change({ 'ema.start': 0.99 }),
        said(/^"ema\.start" would change nothing: teachers have no momentum with teacher=frozen; leave it/),
      );
      assert.throws(() => run.change({ teacher: 'ema' }), said(/^"teacher" cannot change while a run is/));
      assert.equal(run.change({ centreMomentum: 0.8 }), 0);
      await run.close();
      run.state.dispose();
    });
  });
});
