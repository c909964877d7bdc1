import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  TrainState,
  UserError,
  convertWeights,
  initialState,
  saveCheckpoint,
  tf,
  type XkdConfig,
} from 'xkd/internal';
import { config, open, weightsOf } from '../support/runs';
import { tinyConfig } from '../support/tiny';

describe('starting from given weights', () => {
  let folder: string;
  let checkpoint: string;
  let trained: TrainState;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'xkd-init-'));
    checkpoint = join(folder, 'trained.safetensors');
    trained = TrainState.create(tinyConfig({ seed: 3 }));
    for (const [name, weight] of trained.tensors.weights) {
      if (name.includes('_teacher.')) trained.commit({ weights: new Map([[name, tf.mul(weight, 1.5)]]) });
    }
    trained.step = 70;
    saveCheckpoint(trained, checkpoint);
  });
  after(() => {
    trained.dispose();
    rmSync(folder, { recursive: true });
  });

  const values = (state: TrainState, name: string) => state.tensors.weights.get(name)!.dataSync();

  async function start(
    paths: string[],
    config: XkdConfig,
    check: (state: TrainState) => void,
  ): Promise<void> {
    const state = await initialState(paths, config);
    try {
      assert.equal(state.step, 0);
      assert.deepEqual(state.updates, { lastLayer: 0, others: 0 });
      assert.ok([...state.tensors.first.values()].every((moment) => moment.dataSync().every((x) => x === 0)));
      assert.equal(state.config, config);
      check(state);
    } finally {
      state.dispose();
    }
  }

  it('takes all weights of a checkpoint, of which seed and schedules may be others', async () => {
    const config = tinyConfig({ seed: 9, 'optimiser.learningRate': 1e-4, 'training.epochs': 2 });
    await start([checkpoint], config, (state) => {
      for (const name of trained.tensors.weights.keys()) {
        assert.deepEqual(values(state, name), values(trained, name), name);
      }
    });
  });

  it('takes single backbones; a missing teacher starts as its student', async () => {
    const video = join(folder, 'vid_teacher.pth.tar');
    await convertWeights({ from: [checkpoint], to: video, tower: 'vid_teacher' });
    const config = tinyConfig();
    const fresh = TrainState.create(config);
    await start([video], config, (state) => {
      const name = 'backbone.encoder.blocks.0.mlp.fc1.weight';
      assert.deepEqual(values(state, `vid_teacher.${name}`), values(trained, `vid_teacher.${name}`));
      assert.deepEqual(values(state, `vid_student.${name}`), values(trained, `vid_teacher.${name}`));
      assert.deepEqual(values(state, `aud_student.${name}`), values(fresh, `aud_student.${name}`));
    });
    fresh.dispose();
  });

  it('stands in a checkpoint at once, so that a run cut off before its next one continues with the same weights', async () => {
    const out = join(folder, 'run');
    const first = await open(out, { initial: () => initialState([checkpoint], config) });
    await first.close();
    const second = await open(out, { resume: true });
    await second.close();
    assert.equal(second.state.step, 0);
    assert.deepEqual(weightsOf(second.state), weightsOf(first.state));
    first.state.dispose();
    second.state.dispose();
  });

  it('refuses weights of another size, and leaves no tensors', async () => {
    const before = tf.memory().numTensors;
    await assert.rejects(
      initialState([checkpoint], tinyConfig({ 'encoder.depth': 3 })),
      (error) =>
        error instanceof UserError && /lacks "vid_student\.backbone\.encoder\.blocks\.2/.test(error.message),
    );
    assert.equal(tf.memory().numTensors, before);
  });
});
