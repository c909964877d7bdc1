import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  TrainState,
  UserError,
  convertWeights,
  loadCheckpoint,
  saveCheckpoint,
  tf,
  writeSafetensors,
  type TensorSource,
} from 'xkd/internal';
import { readConfigFile } from 'xkd/dist/cli/configOptions';
import { openNetwork, type OpenNetwork } from 'xkd/dist/cli/network';
import { tinyConfig } from '../support/tiny';

const golden = resolve(__dirname, '..', '..', 'golden');
/** The sizes of the published files in `golden`, as command-line arguments. */
const goldenSizes = [
  'clip.frameSize=48',
  'clip.seconds=1',
  'spectrogram.melBands=16',
  'spectrogram.columns=64',
  'patch.frames=2',
  'patch.size=8',
  'patch.melBands=4',
  'patch.columns=8',
  'views.frames=4',
  'views.frameSize=32',
  'views.columns=16',
  'encoder.width=48',
  'encoder.depth=2',
  'encoder.heads=4',
];

describe('the network that a command line means', () => {
  let folder: string;
  let path: string;
  let state: TrainState;
  const open = (checkpoint: string | string[], overrides: string[] = [], preset?: string) =>
    openNetwork({ checkpoint, preset, overrides });
  const refused = (opened: Promise<OpenNetwork>, message: RegExp) =>
    assert.rejects(opened, (error) => {
      assert.ok(error instanceof UserError, String((error as Error).stack));
      assert.match(error.message, message);
      return true;
    });

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'xkd-network-'));
    mkdirSync(join(folder, 'run', 'checkpoints'), { recursive: true });
    path = join(folder, 'run', 'checkpoints', 'step-0000003.safetensors');
    state = TrainState.create(tinyConfig());
    state.step = 3;
    saveCheckpoint(state, path);
    saveCheckpoint(state, path.replace('003', '002'));
  });
  after(() => {
    state.dispose();
    rmSync(folder, { recursive: true });
  });

  it('a run folder means its newest checkpoint', async () => {
    const { network, source, step, dispose } = await open(join(folder, 'run'), ['loader.workers=2']);
    assert.deepEqual([source, step], [path, 3]);
    assert.equal(network.config.loader.workers, 2);
    assertWeights(network, state);
    dispose();
  });

  it('none means an untrained network of a preset', async () => {
    const { network, source, dispose } = await open('none', ['encoder.depth=1', 'seed=3'], 'nano');
    assert.equal(network.config.seed, 3);
    assert.match(source, /untrained nano, seed 3/);
    dispose();
    await refused(open('none'), /add --preset/);
  });

  it("a hub's folder means its weights and its configuration", async () => {
    const hub = join(folder, 'hub');
    await convertWeights({ from: [path], to: hub, layout: 'hub' });
    const { network, step, source, dispose } = await open(hub);
    assert.deepEqual([network.config, step, source], [state.config, 3, hub]);
    assertWeights(network, state);
    dispose();
    assert.deepEqual(readConfigFile(join(hub, 'config.json')).preset, 'nano');
    await refused(open(join(folder, 'none')), /There is no checkpoint/);
    assert.throws(
      () => loadCheckpoint(hub),
      /holds weights without a training state; start from them with --init/,
    );
  });

  it('of a file with student and teacher, one; its role follows', async () => {
    const file = join(folder, 'both.safetensors');
    const towers = ['student', 'teacher'].map((role) => [role, `vid_${role}.backbone.`]);
    const sources = towers.flatMap(([role, prefix]) =>
      [...state.tensors.weights]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, tensor]): [string, TensorSource] => {
          const data = tensor.dataSync<'float32'>();
          return [`${role}.module.${name.slice(prefix.length)}`, { dtype: 'F32', shape: tensor.shape, data }];
        }),
    );
    writeSafetensors(file, new Map(sources), { config: JSON.stringify(state.config) });
    await refused(
      open(file),
      /holds several backbones \(student, teacher\); choose one, such as --state-dict student/,
    );
    const { backbones, dispose } = await openNetwork({
      checkpoint: file,
      overrides: [],
      weights: { stateDict: 'teacher' },
    });
    assert.deepEqual(
      backbones!.map(({ role, modality }) => [role, modality]),
      [['teacher', 'video']],
    );
    dispose();
  });

  it('of another number of frames, with positions interpolated if that is asked for', async () => {
    const run = join(folder, 'run');
    await refused(
      open(run, ['clip.seconds=2']),
      /was trained on 4x2x2 patches of the video, and 8x2x2 are asked for; add --interpolate-positions/,
    );
    const { network, step, dispose } = await openNetwork({
      checkpoint: run,
      overrides: ['clip.seconds=2'],
      weights: { interpolatePositions: true },
    });
    assert.equal(step, 3);
    assert.equal(network.config.clip.seconds, 2);
    assert.deepEqual(network.scope.get('vid_student.backbone.enc_pos_embed').shape, [1, 1 + 8 * 2 * 2, 16]);
    dispose();
  });

  it('a whole state in either format carries its configuration', async () => {
    for (const name of ['whole.safetensors', 'whole.pth']) {
      const file = join(folder, name);
      await convertWeights({ from: [path], to: file });
      const { network, step, backbones, dispose } = await open(file);
      assert.deepEqual(network.config, state.config);
      assert.deepEqual([step, backbones], [3, null]);
      assertWeights(network, state);
      dispose();
    }
  });

  it('published backbones need the preset, and make a network of the towers that they are', async () => {
    const files = ['vid_teacher', 'aud_student'].map((tower) => join(golden, `xkd_${tower}.pth.tar`));
    await refused(
      open(files),
      /xkd_vid_teacher\.pth\.tar" does not contain its configuration; add the preset/,
    );
    await refused(open(files, [], 'base'), /holds a video backbone of width 48.*asks for width 768/);
    const tensors = tf.memory().numTensors;
    const { network, backbones, step, dispose } = await open(files, goldenSizes, 'base');
    assert.deepEqual(
      backbones!.map(({ modality, role }) => `${modality} ${role}`),
      ['video teacher', 'audio student'],
    );
    assert.equal(step, null);
    assert.deepEqual(network.scope.get('vid_teacher.backbone.cls_token').shape, [1, 1, 48]);
    assert.throws(() => network.scope.get('aud_teacher.backbone.cls_token'), /but no audio teacher/);
    dispose();
    assert.equal(tf.memory().numTensors, tensors);
  });

  it('refuses missing, damaged and foreign files by name', async () => {
    await refused(open(join(folder, 'nowhere')), /no checkpoint ".*nowhere"/);
    await refused(open(folder), /holds no checkpoints/);
    await refused(open([path, path]), /step-0000003\.safetensors" is not the file of one backbone/);
    const saved = join(folder, 'saved');
    mkdirSync(saved);
    writeFileSync(join(saved, 'saved_model.pb'), 'a graph');
    const frozen = join(folder, 'frozen.pb');
    writeFileSync(frozen, 'a graph');
    for (const graph of [saved, frozen])
      await refused(open(graph), /holds a graph, which is code, and no code/);
    const broken = join(folder, 'broken.safetensors');
    const bytes = readFileSync(path);
    writeFileSync(broken, bytes.subarray(0, bytes.length / 2));
    await refused(open(broken), /broken\.safetensors/);
    bytes[bytes.length - 5] ^= 0x10;
    writeFileSync(broken, bytes);
    await refused(open(broken), /broken\.safetensors" is damaged/);
    await refused(
      open(join(golden, 'svm.safetensors'), [], 'nano'),
      /svm\.safetensors" is not the file of one backbone/,
    );
  });

  it('refuses another configuration with the keys that differ, and leaves no tensors behind', async () => {
    const tensors = tf.memory().numTensors;
    await refused(
      open(path, ['encoder.width=32']),
      /another configuration: encoder\.width \(16, asked for 32\)/,
    );
    const whole = join(folder, 'whole.pth');
    await convertWeights({ from: [path], to: whole, force: true });
    await refused(open(whole, ['encoder.width=32']), /has ".*" of \[.*\], but the configuration/);
    assert.equal(tf.memory().numTensors, tensors);
  });
});

function assertWeights({ scope }: OpenNetwork['network'], { tensors }: TrainState): void {
  tensors.weights.forEach((tensor, name) => {
    assert.deepEqual(scope.get(name).dataSync(), tensor.dataSync(), name);
  });
}
