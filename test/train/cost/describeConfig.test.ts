import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import {
  type ModelInputs,
  type Overrides,
  TrainState,
  type XkdConfig,
  centreNames,
  configure,
  describeConfig,
  differentiate,
  lossHyperparameters,
  stepStructure,
  disposeInputs,
  encode,
  extractPatchMean,
  project,
  reconstruct,
  studentLosses,
  teacherForward,
  tf,
  usedParts,
} from 'xkd/internal';
import { recordPass, stepCost } from 'xkd/dist/train/cost/stepCost';
import { type RecordedOp, pairFlops, productFlops, recordNeeded, valuesKept } from '../../support/recorded';
import { randomInputs, tinyConfig } from '../../support/tiny';

const temperatures = { student: 0.2, videoTeacher: 0.06, audioTeacher: 0.06 };

/** Every switch that changes the computation of a step. */
const cases: Overrides[] = [
  {},
  { sharing: 'students', refinement: 'none' },
  { sharing: 'teachersAndStudents', teacherView: 'firstLocal', 'views.local': 3 },
  { refinement: 'softmax', teacherView: 'firstLocal' },
  { 'views.local.video': 2, 'views.local.audio': 0 },
  { 'views.local': 0 },
  { 'views.frames': 8, 'views.frameSize': 16, 'views.columns': 32, teacherView: 'firstLocal' },
  { 'encoder.width': 16, 'decoder.width': 16, 'projector.layers': 2 },
  { 'encoder.registers': 2 },
  { 'encoder.registers': 3, sharing: 'students', teacherView: 'firstLocal', 'views.local': 2 },
  { 'mask.video': 0.5, 'mask.audio': 0.25 },
  { 'mask.video.kind': 'tube', 'mask.audio.kind': 'time' },
  { teacher: 'frozen' },
  { 'loss.alignment': 0, 'loss.distillation': 0 },
  { 'loss.alignment': 0, 'loss.distillation': 0, 'loss.reconstructionOf': 'video' },
  { 'loss.reconstructionOf': 'audio' },
  { 'loss.reconstruction': 0 },
  { 'loss.alignment': 0 },
  { 'loss.alignment': 0, 'loss.distillationOf': 'videoToAudio' },
  { 'loss.alignment': 0, 'loss.distillationOf': 'audioToVideo', 'loss.reconstruction': 0 },
  { 'loss.distillation': 0, 'loss.alignmentOf': 'students' },
  { 'loss.distillation': 0, 'loss.alignmentOf': 'teachers' },
  { alignment: 'contrastive' },
  { alignment: 'contrastive', 'loss.distillation': 0, 'loss.reconstructionOf': 'video' },
];

/** A model, a batch and the recorded ops of a step. */
interface Built {
  readonly config: XkdConfig;
  readonly state: TrainState;
  readonly inputs: ModelInputs;
  record(body: () => unknown): RecordedOp[];
}

function withModel(config: XkdConfig, check: (built: Built) => void): void {
  const state = TrainState.create(config);
  const inputs = randomInputs(config, 0);
  try {
    const record = (body: () => unknown) => recordNeeded(body);
    check({ config, state, inputs, record });
  } finally {
    disposeInputs(inputs);
    state.dispose();
  }
}

function teachers({ config, state, inputs }: Built) {
  const { weights } = state.tensors;
  const centres = { video: weights.get(centreNames.video)!, audio: weights.get(centreNames.audio)! };
  return teacherForward(config, state.scope, inputs, centres, temperatures);
}

function gradientsOf({ config, state, inputs }: Pick<Built, 'config' | 'state' | 'inputs'>) {
  const numbers = lossHyperparameters(config, temperatures);
  return differentiate(stepStructure(config), state.tensors.weights, inputs, numbers);
}

/** All ops of the forward pass, and of the forward and backward passes. */
function recordStep(built: Built): { forward: RecordedOp[]; all: RecordedOp[] } {
  const { config, state, inputs, record } = built;
  const forward = record(() => {
    const seen = usedParts(config).teachers ? teachers(built) : null;
    const structure = stepStructure(config);
    return studentLosses(structure, state.scope, inputs, seen, lossHyperparameters(config, temperatures));
  });
  const all = record(() => ({ ...gradientsOf(built) }));
  return { forward, all };
}

describe('description of a configuration', function () {
  this.timeout(60_000);

  it("gives the paper's counts: 396.4 M parameters, 206.3 M trainable; 392 and 560 tokens", () => {
    const { parameters, tokens } = describeConfig(configure('base'));
    assert.equal((parameters.total / 1e6).toFixed(1), '396.4');
    assert.equal((parameters.trainable / 1e6).toFixed(1), '206.3');
    const { video, audio } = tokens;
    assert.deepEqual([video.global, video.kept, video.removed, video.local], [392, 59, 333, 72]);
    assert.deepEqual([audio.global, audio.kept, audio.removed, audio.local], [560, 112, 448, 140]);
    assert.deepEqual([video.teacher, audio.teacher, video.student, audio.student], [72, 140, 131, 252]);
  });

  for (const [name, config] of [
    ...['nano', 'nano-mas', 'nano-mats'].map((preset) => [preset, configure(preset)] as const),
    ['one modality reconstructed', tinyConfig({ 'loss.reconstructionOf': 'video' })] as const,
  ]) {
    it(`counts the parameters that the built model has: ${name}`, () => {
      const state = TrainState.create(config);
      const { weights, first } = state.tensors;
      const sizes = (tensors: Map<string, tf.Tensor>, wanted: (key: string) => boolean) =>
        [...tensors].reduce((sum, [key, { size }]) => sum + (wanted(key) ? size : 0), 0);
      const { parameters } = describeConfig(config);
      const isCentre = (key: string) => key.endsWith('.center');
      assert.equal(parameters.centres, sizes(weights, isCentre));
      assert.equal(
        parameters.total,
        sizes(weights, (key) => !isCentre(key)),
      );
      assert.equal(
        parameters.trainable,
        sizes(first, () => true),
      );
      for (const { part, owners, total, trainable } of parameters.parts) {
        const isOfPart = (key: string) =>
          key.startsWith(`${owners[0]}.`) &&
          key.includes('.head.') === part.endsWith('head') &&
          (owners[0].endsWith('_ae') || key.includes('.encoder.blocks.') === part.endsWith('blocks'));
        assert.equal(total, sizes(weights, isOfPart), part);
        assert.equal(trainable, sizes(first, isOfPart), part);
      }
      assert.equal(
        parameters.parts.reduce((sum, { total }) => sum + total, 0),
        parameters.total,
      );
      state.dispose();
    });
  }

  it('says which blocks are shared', () => {
    const shared = (preset: string) =>
      describeConfig(configure(preset))
        .parameters.parts.filter(({ owners }) => owners.length > 1)
        .map(({ part, owners }) => [part, ...owners]);
    assert.deepEqual(shared('base'), []);
    assert.deepEqual(shared('base-mas'), [['both students: shared blocks', 'vid_student', 'aud_student']]);
    assert.deepEqual(shared('base-mats'), [
      ['both students: shared blocks', 'vid_student', 'aud_student'],
      ['both teachers: shared blocks', 'vid_teacher', 'aud_teacher'],
    ]);
  });

  for (const overrides of cases) {
    it(`counts the work and the kept values of the recorded step: ${JSON.stringify(overrides)}`, () => {
      withModel(tinyConfig(overrides), (built) => {
        const { config } = built;
        const { forward, all } = recordStep(built);
        assert.deepEqual(
          all.slice(0, forward.length).map(({ op }) => op),
          forward.map(({ op }) => op),
          'the forward pass comes first',
        );
        const backward = all.slice(forward.length);
        const { parts } = stepCost(config, config.training.batch);
        const sum = (pick: 'forward' | 'backward' | 'keptValues', isAlignment?: boolean) =>
          parts.reduce(
            (total, part) =>
              total +
              (isAlignment === undefined || isAlignment === part.part.endsWith('alignment') ? part[pick] : 0),
            0,
          );
        assert.equal(sum('forward', false), productFlops(forward));
        assert.equal(sum('backward', false), productFlops(backward));
        const { outputs } = config.projector;
        assert.equal(sum('forward', true), pairFlops(forward, outputs));
        assert.equal(sum('backward', true), pairFlops(backward, outputs));
        const kept = valuesKept(all, forward.length + 1); // The losses are stacked before the backward pass.
        assert.equal(sum('keptValues'), kept);
      });
    });
  }

  it('counts the work of each part', () => {
    const overrides: Overrides = {
      teacherView: 'firstLocal',
      'views.local.video': 3,
      'views.local.audio': 2,
    };
    withModel(tinyConfig(overrides), (built) => {
      const { config, state, inputs, record } = built;
      const expected = new Map(
        stepCost(config, config.training.batch).parts.map((part) => [part.part, part.forward]),
      );
      const work = (body: () => unknown) => productFlops(record(body));
      for (const [modality, tower] of [
        ['video', 'vid'],
        ['audio', 'aud'],
      ] as const) {
        const backbone = state.scope.at(`${tower}_student`, 'backbone');
        const [global, ...local] = inputs.views[modality];
        const mask = inputs.masks[modality];
        const masked = work(() => encode(config, backbone, modality, global, mask).tokens);
        assert.equal(expected.get(`${modality} student: masked global view`), masked);
        const rebuilt = work(() => reconstruct(config, state.scope, modality, global, mask).predicted);
        assert.equal(expected.get(`${modality} decoder`), rebuilt - masked);
        assert.equal(
          expected.get(`${modality} student: local views`),
          work(() => encode(config, backbone, modality, tf.concat(local), undefined).tokens),
        );
        const vectors = config.training.batch * (1 + local.length);
        const head = state.scope.at(`${tower}_student`, 'head');
        assert.equal(
          expected.get(`${modality} student: head`),
          work(() => project(config, tf.zeros([vectors, config.encoder.width]), head)),
        );
      }
      const taught = [...expected].filter(([part]) => /teacher:|^refinement$/.test(part));
      assert.equal(
        taught.reduce((sum, [, forward]) => sum + forward, 0),
        work(() => teachers(built).outputs),
      );
    });
  });

  it('counts the work of feature extraction', () => {
    withModel(tinyConfig(), ({ config, state, inputs, record }) => {
      const { featuresPerClip } = describeConfig(config).flops;
      for (const modality of ['video', 'audio'] as const) {
        const tower = { modality, role: 'student' } as const;
        const ops = record(() => extractPatchMean(config, state.scope, tower, inputs.views[modality][0]));
        assert.equal(featuresPerClip[modality] * config.training.batch, productFlops(ops));
      }
    });
  });

  it('with gradient accumulation keeps the activations of one part, and aligns within parts', () => {
    const whole = describeConfig(configure('nano'));
    const inParts = describeConfig(configure('nano', { 'training.accumulate': 4 }));
    assert.equal(inParts.clipsTogether, 12);
    assert.ok(inParts.memory.activations < 0.26 * whole.memory.activations);
    assert.equal(inParts.memory.gradients, 2 * whole.memory.gradients);
    const part = (description: typeof whole, name: string) =>
      description.flops.step.parts.find((entry) => entry.part === name)!.forward;
    assert.equal(part(inParts, 'student alignment'), part(whole, 'student alignment') / 4);
    assert.equal(part(inParts, 'video decoder'), part(whole, 'video decoder'));
  });

  it('state, gradients and views take the memory that the tensors of a built model take', () => {
    withModel(tinyConfig({ sharing: 'students' }), ({ config, state, inputs }) => {
      const bytes = (tensors: Iterable<tf.Tensor>) =>
        [...tensors].reduce((sum, { size }) => sum + 4 * size, 0);
      const { memory } = describeConfig(config);
      const { weights, first, second } = state.tensors;
      assert.equal(memory.weights + memory.teachers, bytes(weights.values()));
      assert.equal(memory.moments, bytes([...first.values(), ...second.values()]));
      assert.equal(memory.batch, bytes([...inputs.views.video, ...inputs.views.audio]));
      tf.tidy(() => {
        const { gradients } = gradientsOf({ config, state, inputs });
        assert.equal(memory.gradients, bytes(gradients.values()));
      });
    });
  });

  for (const overrides of [{}, { alignment: 'contrastive' }, { 'views.local': 3 }] as Overrides[])
    it(`tells from a few clips what a record of many tells: ${JSON.stringify(overrides)}`, () => {
      const config = tinyConfig(overrides);
      assert.deepEqual(stepCost(config, 13), recordPass(config, 13));
    });

  it('names the parts that a step does not use', () => {
    const unused = (overrides: Overrides) =>
      describeConfig(tinyConfig(overrides))
        .parameters.parts.filter(({ used }) => !used)
        .map(({ part }) => part);
    assert.deepEqual(unused({}), []);
    assert.deepEqual(unused({ 'loss.distillation': 0, 'loss.alignmentOf': 'students' }), [
      'video teacher: embedding, positions, norm',
      'video teacher: blocks',
      'video teacher: head',
      'audio teacher: embedding, positions, norm',
      'audio teacher: blocks',
      'audio teacher: head',
    ]);
    assert.ok(unused({ 'loss.reconstructionOf': 'video' }).includes('audio decoder'));
  });

  it('leaves tensors and the backend as they were', () => {
    tf.scalar(0).dispose(); // Chooses a backend.
    const before = [tf.getBackend(), tf.memory().numTensors, tf.memory().numDataBuffers];
    describeConfig(tinyConfig());
    assert.deepEqual([tf.getBackend(), tf.memory().numTensors, tf.memory().numDataBuffers], before);
  });

  it('is printed by the command without a native TensorFlow in its process', () => {
    const script = `
      const { main } = require(${JSON.stringify(resolve('lib/dist/cli/main'))});
      main(['config', 'base', '--describe']).then((code) => {
        const loaded = [...Object.keys(require.cache), ...process.report.getReport().sharedObjects];
        const native = loaded.filter((path) => /tfjs_binding|libtensorflow|graph\\.node/.test(path));
        console.error(JSON.stringify({ code, native, others: loaded.length }));
      });`;
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
    assert.match(stdout, /396\.4 M in all/);
    const { code, native, others } = JSON.parse(stderr) as { code: number; native: string[]; others: number };
    assert.deepEqual([code, native], [0, []]);
    assert.ok(others > 100);
  });
});
