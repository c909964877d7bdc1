import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  type Backbone,
  BackboneNetwork,
  backboneShapes,
  configure,
  extractPatchMean,
  loadBackbone,
  openGoldenCase,
  modalities,
  tf,
  towerName,
  writeSafetensors,
  type Modality,
  type Role,
  type XkdConfig,
} from 'xkd/internal';
import { userError } from '../support/userError';

/** The four files were written by the authors' code; the features are those that it computed with them in float64. */
const golden = resolve(__dirname, '..', '..', 'golden');
const pathOf = (modality: Modality, role: Role) => join(golden, `xkd_${towerName(modality, role)}.pth.tar`);
const tolerance = 5e-5;

describe("the authors' backbones", () => {
  const recorded = openGoldenCase(join(golden, 'xkd_features'));
  const { config } = recorded;
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'xkd-backbone-'))));
  after(() => {
    rmSync(folder, { recursive: true });
    recorded.tensors.close();
  });

  /** Writes a file of a video backbone of this configuration. */
  function writeZeros(name: string, of: XkdConfig): string {
    const sources = [...backboneShapes(of, 'video')].map(([key, shape]) => {
      const data = () => new Float32Array(shape.reduce((a, b) => a * b, 1));
      return [key, { dtype: 'F32' as const, shape, data }] as const;
    });
    writeSafetensors(join(folder, name), new Map(sources));
    return join(folder, name);
  }

  it("give the features that the authors' code gives, global and local", async () => {
    const before = tf.memory().numTensors;
    const backbones: Backbone[] = [];
    for (const role of ['student', 'teacher'] as const) {
      for (const modality of modalities)
        backbones.push(await loadBackbone(pathOf(modality, role), { config }));
    }
    assert.deepEqual(
      backbones.map(({ modality, role }) => towerName(modality, role)),
      ['vid_student', 'aud_student', 'vid_teacher', 'aud_teacher'],
    );
    const network = new BackboneNetwork(config, backbones);
    let compared = 0;
    for (const { modality, role } of backbones) {
      for (const [index, suffix] of ['', '_local'].entries()) {
        const expected = [...recorded.tensors.read(`feat.${role}.${modality}${suffix}`).data];
        const found: number[] = tf.tidy(() => {
          const view = recorded.tensor(`step0.${modality === 'video' ? 'frames' : 'specs'}.${index}`);
          return [...extractPatchMean(config, network.scope, { modality, role }, view).dataSync()];
        });
        const largest = Math.max(...expected.map(Math.abs));
        const error = Math.max(...found.map((value, i) => Math.abs(value - expected[i])));
        assert.ok(error <= tolerance * largest, `${role} ${modality}${suffix}: ${error / largest}`);
        compared += found.length;
      }
    }
    assert.equal(compared, 8 * 3 * config.encoder.width);
    network.dispose();
    assert.equal(tf.memory().numTensors, before);
  });

  it('are told apart by their names; the role comes from the name of the file or the caller', async () => {
    const path = join(folder, 'weights.pth.tar');
    copyFileSync(pathOf('audio', 'teacher'), path);
    const plain = await loadBackbone(path, { config });
    const asked = await loadBackbone(path, { config, role: 'teacher' });
    assert.deepEqual([plain.modality, plain.role, asked.role], ['audio', 'student', 'teacher']);
    const network = new BackboneNetwork(config, [plain]);
    assert.throws(
      () => network.scope.get('vid_teacher.backbone.cls_token'),
      userError(/The files hold audio student, but no video teacher; add its file/),
    );
    assert.throws(
      () => new BackboneNetwork(config, [plain, plain]),
      userError(/are both audio students; give one of them/),
    );
    [plain, asked].forEach(({ weights }) => weights.forEach((tensor) => tensor.dispose()));
  });

  it('are refused where they do not fit, with both sizes and what would fit', async () => {
    const video = pathOf('video', 'student');
    const refused = (change: Parameters<typeof loadBackbone>[1], message: RegExp) =>
      assert.rejects(loadBackbone(video, change), userError(message));
    await refused(
      { config: configure('base') },
      /xkd_vid_student\.pth\.tar" holds a video backbone of width 48, depth 2, 144 patches of 384 values, but the configuration \(preset base\) asks for width 768, depth 12, 392 patches of 3072 values; give the preset/,
    );
    await refused({ config, modality: 'audio' }, /holds no audio backbone but a video one/);
    await refused(
      { config: { ...config, encoder: { ...config.encoder, width: 64, depth: 3, heads: 4 } } },
      /add encoder\.width=48 encoder\.depth=2 and the encoder\.heads that it has/,
    );
  });

  it('of a preset or a named encoder are told so', async () => {
    const nano = writeZeros('nano.safetensors', configure('nano'));
    await assert.rejects(
      loadBackbone(nano, { config: configure('base') }),
      userError(/holds a video backbone of width 64, depth 3, .*; give --preset nano\.$/),
    );
    await assert.rejects(
      loadBackbone(nano, { config: configure('nano', { 'encoder.width': 32, 'mask.video': 0.5 }) }),
      userError(/; leave out encoder\.width=32, which changes the preset\.$/),
    );
    await assert.rejects(
      loadBackbone(nano, { config: configure('nano-mas', { 'clip.seconds': 2, 'spectrogram.columns': 48 }) }),
      userError(
        /; add --interpolate-positions \(in a notebook: .*\) to make its positions fit, or leave out clip\.seconds=2, which changes the preset\.$/,
      ),
    );
  });

  it('with registers and without are not taken for one another', async () => {
    const config = (registers: number) => configure('nano', { 'encoder.registers': registers });
    const write = (registers: number) => writeZeros(`registers${registers}.safetensors`, config(registers));
    const size = 'width 64, depth 3';
    const patches = '64 patches of 384 values';
    await assert.rejects(
      loadBackbone(write(0), { config: config(2) }),
      userError(
        new RegExp(
          `of ${size}, ${patches}, but .* asks for ${size}, registers 2, ${patches}; leave out encoder\\.registers=2, which changes the preset\\.$`,
        ),
      ),
    );
    const two = write(2);
    await assert.rejects(
      loadBackbone(two, { config: config(0) }),
      userError(
        new RegExp(
          `of ${size}, registers 2, ${patches}, but .* asks for ${size}, ${patches}; add encoder\\.registers=2\\.$`,
        ),
      ),
    );
    const { weights } = await loadBackbone(two, { config: config(2) });
    assert.deepEqual(weights.get('register_tokens')!.shape, [1, 2, 64]);
    tf.dispose([...weights.values()]);
  });

  it('must be whole', async () => {
    const { weights } = await loadBackbone(pathOf('video', 'student'), { config });
    const sources = new Map(
      [...weights].map(([name, tensor]) => [
        name,
        { dtype: 'F32' as const, shape: tensor.shape, data: tensor.dataSync<'float32'>() },
      ]),
    );
    weights.forEach((tensor) => tensor.dispose());
    const path = join(folder, 'partial.safetensors');
    const check = async (change: (of: typeof sources) => void, message: RegExp) => {
      const changed = new Map(sources);
      change(changed);
      writeSafetensors(path, changed);
      await assert.rejects(loadBackbone(path, { config }), userError(message));
    };
    await check((of) => of.delete('encoder_norm.bias'), /lacks "encoder_norm\.bias"/);
    await check(
      (of) => of.set('fc.weight', { dtype: 'F32', shape: [1], data: Float32Array.of(1) }),
      /has "fc\.weight", which no backbone has/,
    );
    await check(
      (of) => of.set('encoder_norm.bias', { dtype: 'F32', shape: [1], data: Float32Array.of(1) }),
      /has encoder_norm\.bias of \[1\] where \[48\] is needed/,
    );
    await check((of) => of.delete('cls_token'), /is not the file of one backbone/);
  });
});
