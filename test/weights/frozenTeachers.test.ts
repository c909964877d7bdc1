import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Overrides,
  TrainState,
  UserError,
  convertWeights,
  initialState,
  parameterSpecs,
  saveCheckpoint,
  tf,
} from 'xkd/internal';
import { tinyConfig } from '../support/tiny';

const says = (pattern: RegExp) => (error: Error) => error instanceof UserError && pattern.test(error.message);
const isTeacher = (name: string) => name.includes('_teacher.');
const noHeads = 'The weights given hold no heads of teachers, so the frozen teachers get random ones, drawn by seed 9.'; // prettier-ignore

describe('weights of frozen teachers', () => {
  let folder: string;
  const file = (name: string) => join(folder, name);
  /** Trained networks whose teachers differ from their students, by what they share. */
  const trained = new Map<string, TrainState>();
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'xkd-teachers-'));
    for (const sharing of ['none', 'teachersAndStudents'] as const) {
      const state = TrainState.create(tinyConfig({ seed: 3, sharing }));
      for (const [name, weight] of state.tensors.weights) {
        if (isTeacher(name)) state.commit({ weights: new Map([[name, tf.mul(weight, 1.5)]]) });
        if (name.endsWith('.center')) state.commit({ weights: new Map([[name, tf.add(weight, 0.25)]]) });
      }
      saveCheckpoint(state, file(`${sharing}.safetensors`));
      trained.set(sharing, state);
    }
  });
  after(() => {
    trained.forEach((state) => state.dispose());
    rmSync(folder, { recursive: true });
  });

  const values = (state: TrainState, name: string) => state.scope.get(name).dataSync();

  /** Starts from these files. Returns the reports. */
  async function start(
    paths: string[],
    overrides: Overrides,
    check: (state: TrainState, fresh: TrainState) => void,
  ): Promise<string[]> {
    const config = tinyConfig({ seed: 9, teacher: 'frozen', ...overrides });
    const said: string[] = [];
    const before = tf.memory().numTensors;
    const state = await initialState(paths, config, { report: (sentence) => said.push(sentence) });
    const fresh = TrainState.create(config);
    check(state, fresh);
    for (const { name } of parameterSpecs(config).filter((spec) => !isTeacher(spec.name))) {
      assert.deepEqual(values(state, name), values(fresh, name), `${name} is that of the seed`);
    }
    state.dispose();
    fresh.dispose();
    assert.equal(tf.memory().numTensors, before);
    return said;
  }

  /** Asserts that all teacher weights are those of a trained network. */
  const same =
    (sharing: string, only = '') =>
    (state: TrainState) => {
      const names = parameterSpecs(tinyConfig()).map(({ name }) => name);
      for (const name of names.filter((each) => isTeacher(each) && each.includes(only))) {
        assert.deepEqual(values(state, name), values(trained.get(sharing)!, name), name);
      }
    };

  for (const sharing of ['none', 'students'] as const) {
    it(`are those of a checkpoint, with heads and centres; students are those of the seed (sharing ${sharing})`, async () => {
      const said = await start([file('none.safetensors')], { sharing }, (state) => {
        same('none')(state);
        assert.ok(state.tensors.weights.get('vt2as_ce_loss.center')!.dataSync().every((x) => x === 0.25)); // prettier-ignore
      });
      assert.deepEqual(said, []);
    });
  }

  it('may be shared in the checkpoint and not in the run, but not the other way round', async () => {
    const shared = file('teachersAndStudents.safetensors');
    for (const sharing of ['teachersAndStudents', 'none'] as const) {
      await start([shared], { sharing }, same('teachersAndStudents'));
    }
    await assert.rejects(
      start([file('none.safetensors')], { sharing: 'teachersAndStudents' }, () => undefined),
      says(/has different values under "aud_teacher\..+" and "vid_teacher\..+", which are one weight with/),
    );
  });

  it('are those of backbones, of a student where there is no other; missing heads are told once', async () => {
    const video = await backbone('none', 'vid_teacher');
    const audio = await backbone('none', 'aud_student');
    const said = await start([video, audio], {}, (state, fresh) => {
      same('none', 'vid_teacher.backbone.')(state);
      const name = 'backbone.encoder.blocks.1.attn.qkv.weight';
      assert.deepEqual(
        values(state, `aud_teacher.${name}`),
        values(trained.get('none')!, `aud_student.${name}`),
      );
      const head = 'vid_teacher.head.mlp.0.weight';
      assert.deepEqual(values(state, head), values(fresh, head));
    });
    assert.deepEqual(said, [noHeads]);
    await assert.rejects(
      start([video], {}, () => undefined),
      says(/^teacher is "frozen" but the weights given hold no audio backbone, .* with a further --init\.$/),
    );
  });

  it('of backbones are shared only where these agree in their blocks', async () => {
    const [video, audio] = [await backbone('none', 'vid_teacher'), await backbone('none', 'aud_teacher')];
    const sharing = 'teachersAndStudents';
    const before = tf.memory().numTensors;
    await assert.rejects(
      start([video, audio], { sharing }, () => undefined),
      says(
        /differ in their blocks, which both teachers share with sharing teachersAndStudents; give backbones/,
      ),
    );
    assert.equal(tf.memory().numTensors, before);
    const agreeing = [await backbone(sharing, 'vid_teacher'), await backbone(sharing, 'aud_teacher')];
    assert.deepEqual(await start(agreeing, { sharing }, same(sharing, '.backbone.')), [noHeads]);
  });

  /** A backbone of a trained network, as published by the authors. */
  async function backbone(sharing: string, tower: 'vid_teacher' | 'aud_teacher' | 'aud_student') {
    const to = file(`${sharing}-${tower}.pth.tar`);
    rmSync(to, { force: true });
    await convertWeights({ from: [file(`${sharing}.safetensors`)], to, tower });
    return to;
  }
});
