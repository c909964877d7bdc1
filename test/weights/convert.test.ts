import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  type GoldenCase,
  TrainState,
  canonicalName,
  convertWeights,
  inspectWeights,
  openGoldenCase,
  loadCheckpoint,
  openTensorFile,
  outputFormat,
  releaseNames,
  saveCheckpoint,
  tf,
  type TensorFile,
} from 'xkd/internal';
import { tinyConfig } from '../support/tiny';
import { userError } from '../support/userError';

const golden = resolve(__dirname, '..', '..', 'golden');

describe('converting weights', () => {
  let folder: string;
  const at = (name: string) => join(folder, name);
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'xkd-convert-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  for (const name of ['mini_xkd', 'mini_mas', 'mini_mats']) {
    it(`${name}: files have all names and values of the release's state, and lead back to the same weights`, async () => {
      const recorded = openGoldenCase(join(golden, name));
      const state = recordedState(recorded);
      saveCheckpoint(state, at('checkpoint.safetensors'));
      for (const file of ['w.safetensors', 'w.pth.tar']) {
        await convertWeights({ from: [at('checkpoint.safetensors')], to: at(file) });
        const written = await openTensorFile(at(file));
        assert.deepEqual(written.names(), recorded.namesUnder('state.').sort(), file);
        for (const each of written.names()) {
          const expected = recorded.tensors.read(`state.${each}`);
          assert.deepEqual(written.read(each), expected, `${file}: ${each}`);
        }
        written.close();

        const { path, fresh } = await convertWeights({ from: [at(file)], to: at(`run-${file.length}`) });
        assert.deepEqual(fresh, []);
        const back = loadCheckpoint(path);
        assertSameWeights(back, state);
        assert.deepEqual(back.config, state.config);
        assert.equal(back.step, 0);
        back.dispose();
      }
      state.dispose();
      recorded.tensors.close();
    });
  }

  it('stores a weight once under all its names in a file of torch.save', async () => {
    const state = TrainState.create(tinyConfig({ sharing: 'teachersAndStudents' }));
    saveCheckpoint(state, at('c.safetensors'));
    state.dispose();
    await convertWeights({ from: [at('c.safetensors')], to: at('w.pth') });
    const file = await openTensorFile(at('w.pth'));
    const block = 'encoder.blocks.0.attn.qkv.weight';
    const owners = ['vid_student.backbone', 'aud_student.backbone', 'vid_ae.encoder', 'aud_ae.encoder'];
    assert.equal(new Set(owners.map((owner) => file.storageOf(`${owner}.${block}`))).size, 1);
    assert.notEqual(
      file.storageOf(`vid_student.backbone.${block}`),
      file.storageOf(`vid_teacher.backbone.${block}`),
    );
    file.close();
  });

  it('writes one tower as the authors publish it, equal to theirs in names, order and shapes', async () => {
    const recorded = openGoldenCase(join(golden, 'mini_xkd'));
    const state = recordedState(recorded);
    saveCheckpoint(state, at('c.safetensors'));
    for (const to of ['t.pth.tar', 't.safetensors']) {
      await convertWeights({ from: [at('c.safetensors')], to: at(to), tower: 'vid_teacher' });
      const [ours, theirs] = [
        await openTensorFile(at(to)),
        await openTensorFile(join(golden, 'xkd_vid_teacher.pth.tar')),
      ];
      assert.deepEqual(ours.names(), theirs.names());
      assert.deepEqual(
        ours.read('cls_token').data,
        recorded.tensors.read('state.vid_teacher.backbone.cls_token').data,
      );
      [ours, theirs].forEach((file: TensorFile) => file.close());
      const { holds, config } = await inspectWeights(at(to));
      assert.equal(holds, 'one video backbone');
      assert.deepEqual(config, state.config);
    }
    state.dispose();
    recorded.tensors.close();
  });

  it('puts backbones together to a run folder; a missing teacher starts as its student', async () => {
    const { config, tensors } = openGoldenCase(join(golden, 'xkd_features'));
    tensors.close();
    const from = ['vid_student', 'vid_teacher', 'aud_student'].map((tower) =>
      join(golden, `xkd_${tower}.pth.tar`),
    );
    await assert.rejects(
      convertWeights({ from, to: at('run') }),
      userError(/does not contain its configuration; add the preset/),
    );
    const before = tf.memory().numTensors;
    const { path, fresh } = await convertWeights({ from, to: at('run'), config });
    assert.equal(tf.memory().numTensors, before);
    assert.deepEqual(fresh, ['heads', 'decoders']);
    const state = loadCheckpoint(path);
    const sources: [string, string][] = [
      ['vid_student', from[0]],
      ['vid_teacher', from[1]],
      ['aud_student', from[2]],
      ['aud_teacher', from[2]],
    ];
    for (const [tower, source] of sources) {
      const file = await openTensorFile(source);
      for (const name of file.names()) {
        const found = state.tensors.weights.get(`${tower}.backbone.${name}`)!.dataSync();
        assert.deepEqual(found, file.read(name).data, `${tower} ${name}`);
      }
      file.close();
    }
    state.dispose();
  });

  it('names the values with which a file was trained that lacks weights', async () => {
    const state = TrainState.create(tinyConfig());
    saveCheckpoint(state, at('c.safetensors'));
    state.dispose();
    await convertWeights({ from: [at('c.safetensors')], to: at('w.safetensors') });
    await assert.rejects(
      convertWeights({
        from: [at('w.safetensors')],
        to: at('run'),
        config: tinyConfig({ 'decoder.depth': 2, 'training.batch': 8 }),
      }),
      userError(
        /w\.safetensors" lacks "vid_ae\.decoder\.blocks\.1\.norm1\.weight" and 21 more of what the configuration \(preset nano\) asks for; give decoder\.depth=1, with which it was trained, or choose another file\.$/,
      ),
    );
  });

  it('brings registers along, and asks for them where a file has none', async () => {
    for (const registers of [0, 2]) {
      const state = TrainState.create(tinyConfig({ 'encoder.registers': registers }));
      saveCheckpoint(state, at(`c${registers}.safetensors`));
      const w = at(`w${registers}.pth.tar`);
      await convertWeights({ from: [at(`c${registers}.safetensors`)], to: w });
      const { path } = await convertWeights({ from: [w], to: at(`run${registers}`) });
      const back = loadCheckpoint(path);
      assertSameWeights(back, state);
      [state, back].forEach((each) => each.dispose());
    }
    const into = (registers: number) => {
      const config = tinyConfig({ 'encoder.registers': registers });
      return convertWeights({ from: [at(`w${2 - registers}.pth.tar`)], to: at('other'), config });
    };
    await assert.rejects(
      into(2),
      userError(
        /lacks "vid_student\.backbone\.register_tokens" and 3 more of .*; give encoder\.registers=0, with which/,
      ),
    );
    await assert.rejects(
      into(0),
      userError(
        /has "aud_ae\.encoder\.register_tokens".* has no such weight; give encoder\.registers=2, with which it was trained\.$/,
      ),
    );
  });

  it('never takes weights of separate blocks for shared ones', async () => {
    const recorded = openGoldenCase(join(golden, 'mini_xkd'));
    const state = recordedState(recorded);
    saveCheckpoint(state, at('c.safetensors'));
    state.dispose();
    await convertWeights({ from: [at('c.safetensors')], to: at('w.pth') });
    const config = { ...recorded.config, sharing: 'students' as const };
    await assert.rejects(
      convertWeights({ from: [at('w.pth')], to: at('run'), config }),
      userError(
        /different values under "aud_.*" and "vid_.*", which are one weight with sharing students|different values under/,
      ),
    );
    assert.equal(existsSync(at('run')), false);
    recorded.tensors.close();
  });

  it('converts state dicts of other models as they are', async () => {
    const from = join(__dirname, '..', '..', 'files', 'torch', 'checkpoint.pth.tar');
    await convertWeights({ from: [from], to: at('other.safetensors') });
    const [a, b] = [await openTensorFile(from), await openTensorFile(at('other.safetensors'))];
    assert.deepEqual(a.names(), b.names());
    for (const name of a.names()) assert.deepEqual(a.read(name), b.read(name));
    assert.equal(b.metadata.format, 'pt');
    [a, b].forEach((file) => file.close());
  });

  it('leaves what is there alone unless told, and refuses what makes no sense', async () => {
    const from = [join(golden, 'xkd_vid_teacher.pth.tar')];
    const refused = (to: string, more: object, message: RegExp) =>
      assert.rejects(convertWeights({ from, to: at(to), ...more }), userError(message));
    writeFileSync(at('there.pth'), 'mine');
    await refused('there.pth', {}, /there\.pth" already exists; add --force/);
    assert.equal(readFileSync(at('there.pth'), 'utf8'), 'mine');
    await convertWeights({ from, to: at('there.pth'), force: true });
    assert.equal((await inspectWeights(at('there.pth'))).holds, 'one video backbone');
    await refused('a.ckpt', {}, /ends in \.ckpt, which is not a format that can be written/);
    await refused('a.pth', { tower: 'vid_teacher' }, /holds one backbone already; leave --tower out/);
    await refused('nowhere/a.pth', {}, /There is no folder ".*nowhere"/);
    await refused('run', { tower: 'vid_teacher' }, /--tower writes a file of one backbone/);
    await assert.rejects(
      convertWeights({ from: [...from, ...from], to: at('b.pth') }),
      userError(/2 files cannot become one/),
    );
    mkdirSync(at('run/checkpoints'), { recursive: true });
    writeFileSync(at('run/checkpoints/step-0000007.safetensors'), '');
    await refused('run', {}, /already holds a run/);
    assert.deepEqual(readdirSync(folder).sort(), ['run', 'there.pth']);
  });

  it('tells formats by endings', () => {
    const endings = ['a.safetensors', 'a.pth', 'a.PTH.TAR', 'a.pt', 'runs/first', 'runs/v1.5'];
    assert.deepEqual(endings.map(outputFormat), [
      'safetensors',
      'torch',
      'torch',
      'torch',
      'runFolder',
      'runFolder',
    ]);
  });

  it('leaves no half-written file behind where a tensor cannot be read', async () => {
    const damaged = at('damaged.pth');
    const bytes = readFileSync(join(golden, 'xkd_vid_teacher.pth.tar'));
    bytes[bytes.length >> 1] ^= 1;
    writeFileSync(damaged, bytes);
    for (const to of ['w.pth', 'w.safetensors']) {
      await assert.rejects(convertWeights({ from: [damaged], to: at(to) }), userError(/checksum/), to);
    }
    assert.deepEqual(readdirSync(folder), ['damaged.pth']);
  });
});

describe('inspecting weights', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'xkd-inspect-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('tells what a checkpoint is, and counts each parameter once', async () => {
    const config = tinyConfig({ sharing: 'students' });
    const state = TrainState.create(config);
    state.step = 12;
    const path = join(folder, 'c.safetensors');
    saveCheckpoint(state, path);
    const parameters = [...state.tensors.weights.values()].reduce((sum, { size }) => sum + size, 0);
    state.dispose();
    const found = await inspectWeights(path, { check: true });
    assert.deepEqual(
      [found.format, found.holds, found.step, found.hashes],
      ['safetensors', 'checkpoint: weights and optimiser', 12, 'sound'],
    );
    assert.deepEqual(found.config, config);
    assert.equal(found.changes['encoder.width'], 16);
    assert.equal(found.changes['mask.video'], undefined);
    const ofWeights = found.parts.filter(({ part }) => !part.startsWith('optimiser.'));
    assert.equal(
      ofWeights.reduce((sum, part) => sum + part.parameters, 0),
      parameters,
    );
    assert.ok(found.parts.some(({ part }) => part === 'optimiser.second'));

    await convertWeights({ from: [path], to: join(folder, 'w.pth') });
    const file = await inspectWeights(join(folder, 'w.pth'));
    assert.equal(file.step, 12);
    assert.equal(file.tensors.length, releaseNames(config).size + 2);
    assert.equal(
      file.parts.reduce((sum, part) => sum + part.parameters, 0),
      parameters,
    );
    const alias = file.tensors.find(({ name }) => name === 'vid_student.backbone.cls_token')!;
    assert.equal(alias.sameAs, 'vid_ae.encoder.cls_token');
  });

  it('finds damage when asked to check, and only then', async () => {
    const state = TrainState.create(tinyConfig());
    const path = join(folder, 'c.safetensors');
    saveCheckpoint(state, path);
    state.dispose();
    const bytes = readFileSync(path);
    bytes[bytes.length - 5] ^= 1;
    writeFileSync(path, bytes);
    assert.equal((await inspectWeights(path)).hashes, 'present');
    await assert.rejects(inspectWeights(path, { check: true }), userError(/the values of ".*" have changed/));

    // A value that tensors only see as part of a storage.
    const views = join(folder, 'views.pth');
    const zip = readFileSync(join(__dirname, '..', '..', 'files', 'torch', 'values.pth'));
    zip[zip.indexOf(Buffer.from(Float32Array.of(-1, -0.875).buffer), zip.length / 2)] ^= 1;
    writeFileSync(views, zip);
    await assert.rejects(inspectWeights(views, { check: true }), userError(/do not fit their checksum/));
    assert.equal((await inspectWeights(views)).hashes, 'present');
  });
});

/** The recorded weights and centres, by their stored names. */
function recordedState(recorded: GoldenCase): TrainState {
  const weights = new Map<string, tf.Tensor>();
  for (const name of recorded.namesUnder('state.')) {
    const stored = canonicalName(recorded.config, name);
    if (!weights.has(stored)) weights.set(stored, recorded.tensor(`state.${name}`));
  }
  return TrainState.fromWeights(recorded.config, weights);
}

function assertSameWeights(a: TrainState, b: TrainState): void {
  assert.deepEqual([...a.tensors.weights.keys()].sort(), [...b.tensors.weights.keys()].sort());
  a.tensors.weights.forEach((tensor, name) => {
    assert.deepEqual(tensor.dataSync(), b.tensors.weights.get(name)!.dataSync(), name);
  });
}
