import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BackboneNetwork,
  TrainState,
  backboneShapes,
  configure,
  convertWeights,
  extractPatchMean,
  initialState,
  loadBackbone,
  loadCheckpoint,
  saveCheckpoint,
  tf,
  writeSafetensors,
  type Modality,
  type TokenGrid,
  type XkdConfig,
} from 'xkd/internal';
import { randomInputs, tinyConfig } from '../support/tiny';
import { userError } from '../support/userError';

describe('positions of another grid', () => {
  let folder: string;
  let checkpoint: string;
  const at = (name: string) => join(folder, name);
  const long = tinyConfig();
  /** Half the frames, and half the columns. */
  const short = tinyConfig({
    'clip.seconds': 0.5,
    'spectrogram.columns': 16,
    'views.frames': 2,
    'views.columns': 8,
  });
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'xkd-positions-'));
    checkpoint = at('long.safetensors');
    const state = TrainState.create(long);
    saveCheckpoint(state, checkpoint);
    state.dispose();
    for (const tower of ['vid_student', 'aud_student']) {
      await convertWeights({ from: [checkpoint], to: at(`${tower}.safetensors`), tower });
    }
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const [modality, tower] of [
    ['video', 'vid_student'],
    ['audio', 'aud_student'],
  ] as [Modality, string][]) {
    it(`${modality}: features equal those of a local view of that size, to the last digit`, async () => {
      const before = tf.memory().numTensors;
      const view = tf.tidy(() => tf.keep(randomInputs(short, 1).views[modality][0]));
      const path = at(`${tower}.safetensors`);
      const features = async (config: XkdConfig, interpolatePositions: boolean) => {
        const network = new BackboneNetwork(config, [
          await loadBackbone(path, { config, interpolatePositions }),
        ]);
        const found = tf.tidy(() =>
          extractPatchMean(config, network.scope, { modality, role: 'student' }, view).dataSync<'float32'>(),
        );
        network.dispose();
        return [...found];
      };
      assert.deepEqual(await features(short, true), await features(long, false));
      view.dispose();
      assert.equal(tf.memory().numTensors, before);
    });
  }

  it('of a whole state are interpolated in encoders and decoders, and what was done is told', async () => {
    const told: string[] = [];
    const state = await initialState([checkpoint], short, {
      interpolatePositions: true,
      report: (sentence) => told.push(sentence),
    });
    const shapeOf = (name: string) => state.tensors.weights.get(name)!.shape;
    assert.deepEqual(shapeOf('vid_teacher.backbone.enc_pos_embed'), [1, 1 + 2 * 2 * 2, 16]);
    assert.deepEqual(shapeOf('aud_ae.dec_pos_embed'), [1, 1 + 4 * 4, 8]);
    state.dispose();
    assert.deepEqual(
      told.map((sentence) => sentence.replace(/".*"/, 'FILE')),
      [
        'Positions of the audio in FILE are interpolated from 4x8 to 4x4 patches.',
        'Positions of the video in FILE are interpolated from 4x2x2 to 2x2x2 patches.',
      ],
    );
    await assert.rejects(
      initialState([checkpoint], short),
      userError(
        /_pos_embed" of .*; add --interpolate-positions .* or give clip\.seconds=1 spectrogram\.columns=32, with which/,
      ),
    );
  });

  it('stay as they are where the grid is the same', async () => {
    const { path } = await convertWeights({ from: [checkpoint], to: at('run'), interpolatePositions: true });
    const [a, b] = [loadCheckpoint(path), loadCheckpoint(checkpoint)];
    const name = 'vid_student.backbone.enc_pos_embed';
    assert.deepEqual(a.tensors.weights.get(name)!.dataSync(), b.tensors.weights.get(name)!.dataSync());
    [a, b].forEach((state) => state.dispose());
  });

  it('of a file without configuration come from the only grid that makes sense, or the one that is told', async () => {
    const write = (overrides: Parameters<typeof configure>[1], modality: Modality) => {
      const sources = new Map(
        [...backboneShapes(configure('nano', overrides), modality)].map(([name, shape]) => {
          const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
          return [name, { dtype: 'F32' as const, shape, data }];
        }),
      );
      writeSafetensors(at('bare.safetensors'), sources);
    };
    const config = configure('nano');
    const load = async (positionGrids?: readonly TokenGrid[]) => {
      const told: string[] = [];
      const report = (sentence: string) => told.push(sentence.replace(/.*from/, 'from'));
      const args = { config, interpolatePositions: true, positionGrids, report };
      const { weights } = await loadBackbone(at('bare.safetensors'), args);
      weights.forEach((tensor) => tensor.dispose());
      return told;
    };
    write({ 'clip.seconds': 1.5 }, 'video');
    assert.deepEqual(await load(), ['from 6x4x4 to 4x4x4 patches.']);
    // 4 times the patches: 16x4x4 or 4x8x8.
    write({ 'clip.frameSize': 64, 'views.frameSize': 48 }, 'video');
    await assert.rejects(
      load(),
      userError(/256 positions of the video .*; 16x4x4 and 4x8x8 are possible; add --position-grid/),
    );
    assert.deepEqual(await load([[4, 8, 8]]), ['from 4x8x8 to 4x4x4 patches.']);
    await assert.rejects(
      load([[4, 8, 9]]),
      userError(/256 positions .* 4x8x9 patches are 288; correct --position-grid/),
    );
    write({ 'spectrogram.columns': 36 }, 'audio');
    assert.deepEqual(await load(), ['from 4x9 to 4x8 patches.']);
  });
});
