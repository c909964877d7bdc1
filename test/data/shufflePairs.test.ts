import assert from 'node:assert/strict';
import { PretrainingRun, shufflePairs, UserError, type NdArray, type ViewBatch } from 'xkd/internal';
import { config, entries, open, source } from '../support/runs';
import { tinyConfig } from '../support/tiny';

describe('shuffled pairs', () => {
  const clips = 12;
  const array = (shape: number[], of: number): NdArray => ({
    shape,
    data: Float32Array.from(
      { length: shape.reduce((product, n) => product * n, 1) },
      (_, i) => of + Math.floor(i / (shape[1] * shape[2])),
    ),
  });
  const batch = (step: number): ViewBatch => ({
    step,
    microBatch: 0,
    video: [array([clips, 2, 3], 1000)],
    audio: [array([clips, 2, 2], 0), array([clips, 1, 2], 100)],
    entries,
  });
  const soundsOf = ({ audio: [{ data }] }: ViewBatch) => Array.from({ length: clips }, (_, i) => data[4 * i]);

  it('give every video the sound of another clip, and lose no sound', () => {
    for (let step = 0; step < 50; step++) {
      const sounds = soundsOf(shufflePairs(batch(step), 3));
      assert.ok(
        sounds.every((sound, clip) => sound !== clip),
        String(sounds),
      );
      assert.deepEqual(
        [...sounds].sort((a, b) => a - b),
        soundsOf(batch(step)),
      );
    }
  });

  it('keep the views of a sound together, and change nothing else', () => {
    const before = batch(1);
    const { video, audio, ...rest } = shufflePairs(before, 3);
    const sounds = soundsOf({ ...before, audio });
    assert.deepEqual(
      sounds.map((sound) => sound + 100),
      Array.from({ length: clips }, (_, i) => audio[1].data[2 * i]),
    );
    for (let i = 0; i < clips; i++) {
      assert.deepEqual([...audio[0].data.subarray(4 * i, 4 * i + 4)], new Array(4).fill(sounds[i]));
    }
    assert.equal(video, before.video);
    assert.deepEqual(rest, { step: 1, microBatch: 0, entries });
    assert.deepEqual(soundsOf(before), [...Array(clips).keys()]);
  });

  it('are drawn again for each step and seed, and the same again', () => {
    const drawn = (step: number, seed: number) => String(soundsOf(shufflePairs(batch(step), seed)));
    assert.equal(drawn(4, 0), drawn(4, 0));
    assert.equal(new Set([drawn(4, 0), drawn(5, 0), drawn(4, 1)]).size, 3);
  });

  it('reach the step of a run that asks for them', async () => {
    const shuffled = { ...config, pairs: 'shuffled' } as const;
    const first = async (run: PretrainingRun) => {
      const metrics = await run.step();
      await run.close();
      run.state.dispose();
      return metrics;
    };
    const own = await first(await open(null));
    const asked = await first(await open(null, { config: shuffled }));
    const given = await first(
      await open(null, {
        openSource: async (start) => {
          const batches = source(config, start);
          return { ...batches, next: async () => shufflePairs(await batches.next(), config.seed) };
        },
      }),
    );
    assert.equal(asked.distillation, given.distillation);
    assert.notEqual(asked.distillation, own.distillation);
    assert.equal(asked.videoReconstruction, own.videoReconstruction);
  });

  it('need two clips at a time', () => {
    assert.throws(
      () => tinyConfig({ pairs: 'shuffled', 'training.batch': 4, 'training.accumulate': 4 }),
      (error: Error) =>
        error instanceof UserError && /pairs is "shuffled" but only one clip/.test(error.message),
    );
  });
});
