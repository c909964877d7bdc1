import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CompiledEngine,
  type Overrides,
  TrainState,
  type WeightScope,
  type XkdConfig,
  configure,
  describeConfig,
  differentiate,
  disposeInputs,
  encode,
  encoderIdentity,
  extractPatchMean,
  headLooks,
  layerNorm,
  linear,
  loadCheckpoint,
  lossHyperparameters,
  modalities,
  parameterSpecs,
  patchify,
  reconstruct,
  saveCheckpoint,
  scheduleAt,
  stepStructure,
  teacherAttention,
  teacherDistance,
  tf,
  trainStep,
  transformer,
  validateConfig,
  type LossFigures,
} from 'xkd/internal';
import { randomInputs, tinyConfig } from '../support/tiny';

/*
 * Register tokens are part of every sequence, but not of anything read from it. The tiny network has width 16 and, in a
 * global view, 16 patches of video and 32 of sound.
 */

const withTwo = (overrides: Overrides = {}): XkdConfig =>
  tinyConfig({ 'encoder.registers': 2, ...overrides });
const registersOf = (tower: string) => `${tower}.backbone.register_tokens`;
const length = { stepsPerEpoch: 10, steps: 100 };
const sharings = ['none', 'students', 'teachersAndStudents'] as const;

/** Losses of this many steps on batches drawn from a seed. */
async function takeSteps(state: TrainState, steps: number, compiled: boolean): Promise<LossFigures[]> {
  const engine = new CompiledEngine();
  const losses: LossFigures[] = [];
  for (let taken = 0; taken < steps; taken++) {
    const inputs = randomInputs(state.config, state.step);
    const schedule = scheduleAt(state.config, state.step, length);
    const result = await trainStep(state, inputs, schedule, compiled ? engine : undefined);
    disposeInputs(inputs);
    losses.push(result.losses);
  }
  engine.dispose();
  return losses;
}

function largestDifference(a: tf.Tensor, b: tf.Tensor): number {
  assert.deepEqual(a.shape, b.shape);
  return tf.max(tf.abs(tf.sub(a, b))).dataSync()[0];
}

describe('register tokens', () => {
  let state: TrainState;
  beforeEach(() => {
    state = TrainState.create(withTwo());
    tf.engine().startScope();
  });
  afterEach(() => {
    tf.engine().endScope();
    state.dispose();
  });

  const backbone = (): WeightScope => state.scope.at('vid_student', 'backbone');

  it('are one parameter of each tower, and none where there are 0', () => {
    const added = parameterSpecs(withTwo()).filter(({ name }) => name.includes('register'));
    assert.deepEqual(
      added.map(({ name }) => name),
      ['vid_student', 'aud_student', 'vid_teacher', 'aud_teacher'].map(registersOf),
    );
    for (const { shape, layer, decayed, clipped, trainable, role, follows } of added) {
      assert.deepEqual([shape, layer, decayed], [[1, 2, 16], 0, true]);
      assert.deepEqual([clipped, trainable], [role === 'student', role === 'student']);
      assert.equal(follows === null, role === 'student');
    }
    const names = (config: XkdConfig) => parameterSpecs(config).map(({ name }) => name);
    assert.deepEqual(
      names(tinyConfig()),
      names(withTwo()).filter((name) => !name.includes('register')),
    );
  });

  it('leave the first values of all other weights as they are', () => {
    const plain = TrainState.create(tinyConfig());
    for (const [name, weight] of plain.tensors.weights) {
      assert.deepEqual(state.tensors.weights.get(name)!.dataSync(), weight.dataSync(), name);
    }
    plain.dispose();
  });

  it('are not among the tokens and the attention that a backbone gives', () => {
    const { config } = state;
    const { views, masks } = randomInputs(config, 0);
    const whole = encode(config, backbone(), 'video', views.video[0]);
    assert.deepEqual(whole.tokens.shape, [4, 1 + 16, 16]);
    assert.deepEqual(whole.classAttention().shape, [4, 2, 16]);
    // The class token also attends to itself and to the registers.
    const toPatches = tf.sum(whole.classAttention(), -1);
    assert.ok(toPatches.dataSync().every((share) => share > 0 && share < 1));
    assert.deepEqual(whole.attention().shape, [4, 2, 19, 19]);
    const masked = encode(config, backbone(), 'video', views.video[0], masks.video);
    assert.deepEqual(masked.tokens.shape, [4, 1 + masks.video.kept, 16]);
    const { latent, predicted } = reconstruct(config, state.scope, 'video', views.video[0], masks.video);
    assert.deepEqual(latent.shape, masked.tokens.shape);
    assert.deepEqual(predicted.shape, [4, 16 - masks.video.kept, 384]);
  });

  it('change features by their values, and not by where they stand', () => {
    const { config } = state;
    const view = randomInputs(config, 0).views.video[0];
    const features = (weights: WeightScope) =>
      extractPatchMean(config, weights, { modality: 'video', role: 'student' }, view);
    const name = registersOf('vid_student');
    const own = state.tensors.weights.get(name)!;
    const seen = features(state.scope);
    // Runs the blocks by hand on a sequence with the registers between class token and patches.
    const get = (each: string) => backbone().get(each);
    const embedded = linear(
      patchify(config, 'video', view),
      get('cuboid_embed.proj.weight'),
      get('cuboid_embed.proj.bias'),
    );
    const [classPosition, positions] = tf.split(get('enc_pos_embed'), [1, 16], 1);
    const tokens = tf.concat(
      [
        tf.tile(tf.add(get('cls_token'), classPosition), [4, 1, 1]),
        tf.tile(own, [4, 1, 1]),
        tf.add(embedded, positions),
      ],
      1,
    ) as tf.Tensor3D;
    const encoded = transformer(tokens, backbone().at('encoder.blocks'), config.encoder).tokens;
    const normed = layerNorm(encoded, get('encoder_norm.weight'), get('encoder_norm.bias'));
    const between = tf.mean(tf.slice(normed, [0, 3, 0], [-1, -1, -1]), 1);
    assert.ok(largestDifference(between, seen) < 1e-5);

    const other = (tensor: tf.Tensor) => {
      const weights = new Map([...state.tensors.weights, [name, tensor] as const]);
      const copy = TrainState.fromWeights(
        config,
        new Map([...weights].map(([key, value]) => [key, value.clone()])),
      );
      const result = features(copy.scope);
      copy.dispose();
      return result;
    };
    assert.ok(largestDifference(other(tf.reverse(own, 1)), seen) < 1e-5, 'their order is no matter');
    assert.ok(largestDifference(other(tf.mul(own, 50)), seen) > 1e-3, 'their values are');
  });

  for (const sharing of sharings) {
    it(`learn in students, follow in teachers, and are never shared (sharing ${sharing})`, async () => {
      const config = withTwo({ sharing, 'optimiser.warmupEpochs': 0, 'ema.start': 0.9 });
      const trained = TrainState.create(config);
      const inputs = randomInputs(config, 0);
      const numbers = lossHyperparameters(config, scheduleAt(config, 0, length).temperatures);
      const { gradients } = differentiate(stepStructure(config), trained.tensors.weights, inputs, numbers);
      for (const tower of ['vid', 'aud']) {
        assert.ok(
          gradients
            .get(registersOf(`${tower}_student`))!
            .dataSync()
            .every((value) => value !== 0),
        );
        assert.ok(!gradients.has(registersOf(`${tower}_teacher`)));
      }
      const values = (tower: string) => trained.tensors.weights.get(registersOf(tower))!.clone();
      const before = values('aud_student');
      assert.equal(largestDifference(values('aud_teacher'), before), 0);
      await trainStep(trained, inputs, scheduleAt(config, 0, length));
      const after = values('aud_student');
      assert.ok(largestDifference(after, before) > 1e-5);
      // t = .9 t + .1 s, starting from t = s before the step.
      const expected = tf.add(tf.mul(before, 0.9), tf.mul(after, 0.1));
      assert.ok(largestDifference(values('aud_teacher'), expected) < 1e-7);
      assert.ok(largestDifference(values('vid_student'), after) > 1e-3);
      assert.ok(teacherDistance(config, trained.tensors.weights, 'audio') > 0);
      disposeInputs(inputs);
      trained.dispose();
    });

    it(`give the same figures in the traced graph as in eager steps (sharing ${sharing})`, async () => {
      const overrides = { sharing, teacherView: 'firstLocal', 'views.local': 2 };
      const run = async (compiled: boolean) => {
        const trained = TrainState.create(withTwo(overrides));
        const losses = await takeSteps(trained, 4, compiled);
        trained.dispose();
        return losses;
      };
      const [eager, traced] = [await run(false), await run(true)];
      eager.forEach((losses, step) =>
        Object.entries(losses).forEach(([term, value]) => {
          // Terms that are off are 0 in both.
          const error = Math.abs(traced[step][term as keyof LossFigures] - value) / (Math.abs(value) || 1);
          const tolerance = term.endsWith('Entropy') ? 1e-3 : 1e-5;
          assert.ok(error <= tolerance, `step ${step}, ${term}: off by ${error}`);
        }),
      );
    });
  }

  it('stand in checkpoints', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'xkd-registers-'));
    await takeSteps(state, 1, false);
    const path = join(folder, 'checkpoint.safetensors');
    saveCheckpoint(state, path);
    const back = loadCheckpoint(path);
    assert.deepEqual(back.config, state.config);
    for (const group of ['weights', 'first', 'second'] as const) {
      assert.deepEqual([...back.tensors[group].keys()], [...state.tensors[group].keys()]);
      const name = registersOf('aud_student');
      assert.deepEqual(
        back.tensors[group].get(name)!.dataSync(),
        state.tensors[group].get(name)!.dataSync(),
        group,
      );
    }
    back.dispose();
    rmSync(folder, { recursive: true });
  });

  it('are no patches in figures of attention', () => {
    const { config } = state;
    const inputs = randomInputs({ ...config, training: { ...config.training, batch: 1 } }, 0);
    const [video, audio] = modalities.map((modality) => {
      const [view] = inputs.views[modality];
      return { data: view.dataSync<'float32'>(), shape: view.shape };
    });
    const sizes = ({ video: seen, audio: heard }: Record<'video' | 'audio', Float32Array>) => [
      seen.length,
      heard.length,
    ];
    for (const { values } of headLooks({ network: state, role: 'student', video, audio }))
      assert.deepEqual(sizes(values), [16, 32]);
    const { before, after } = teacherAttention(state, video, audio);
    assert.deepEqual([sizes(before), sizes(after)], [[16, 32], [16, 32]]); // prettier-ignore
  });

  it('cost what two more tokens in the blocks cost', () => {
    const [plain, more] = [tinyConfig(), withTwo()].map(describeConfig);
    assert.deepEqual(more.tokens, plain.tokens);
    // Four towers, two tokens of width 16.
    assert.equal(more.parameters.total - plain.parameters.total, 4 * 2 * 16);
    assert.equal(more.parameters.trainable - plain.parameters.trainable, 2 * 2 * 16);
    // Two blocks: linear layers with 24 D^2 per token; scores and mixtures with 4 N^2 D, with N from 17 to 19 and 33 to 35.
    const added = (n: number) => 2 * (2 * 24 * 16 * 16 + 4 * 16 * ((n + 2) ** 2 - n ** 2));
    const { video, audio } = more.flops.featuresPerClip;
    assert.equal(video - plain.flops.featuresPerClip.video, added(17));
    assert.equal(audio - plain.flops.featuresPerClip.audio, added(33));
  });

  it('are 0 in configurations that were written before there were any, and in all presets', () => {
    const { encoder, ...others } = configure('tiny');
    const { registers, ...before } = encoder;
    assert.equal(registers, 0);
    assert.deepEqual(validateConfig({ ...others, encoder: before }), configure('tiny'));
  });

  it('are no part of what features are known by beside their weights, as before there were any', () => {
    assert.equal(JSON.stringify(encoderIdentity(withTwo())), '{"width":16,"depth":2,"heads":2}');
  });

  it('stay as they are where a size is named', () => {
    const expected = { width: 192, depth: 12, heads: 3, registers: 4 };
    assert.deepEqual(configure('nano', { 'encoder.registers': 4, encoder: 'tiny' }).encoder, expected);
    assert.deepEqual(configure('nano', { encoder: 'tiny', 'encoder.registers': 4 }).encoder, expected);
  });
});
