import assert from 'node:assert/strict';
import {
  type LossTerm,
  type ModelInputs,
  type Overrides,
  TrainState,
  type XkdConfig,
  differentiate,
  lossHyperparameters,
  stepStructure,
  disposeInputs,
  largestError,
  lossTerms,
  parameterSpecs,
  scheduleAt,
  tf,
  trainStep,
} from 'xkd/internal';
import { randomInputs, tinyConfig } from '../support/tiny';

/*
 * Each switch of an ablation changes what it should, and nothing else. Compares the losses and gradients of one batch with
 * the same weights, views and masking noise, and the state after one step, with those of the plain configuration.
 */

const plain = tinyConfig({ 'views.local': 3 });
const length = { stepsPerEpoch: 10, steps: 100 };
const teachersSide = [
  'videoToAudio',
  'audioToVideo',
  'teacherAlignment',
  'videoTeacherEntropy',
  'audioTeacherEntropy',
] as const;
const videoStudent = ['audioToVideo', 'studentAlignment', 'videoStudentEntropy'] as const;
const audioStudent = ['videoToAudio', 'studentAlignment', 'audioStudentEntropy'] as const;
/** Sums and means, which change with their terms. */
const sums = ['total', 'reconstruction', 'distillation', 'alignment'] as const;

interface Case {
  readonly overrides: Overrides;
  /** Terms whose values change, besides the sums. */
  readonly changed: readonly LossTerm[];
  /** Those of them that are 0. */
  readonly off?: readonly LossTerm[];
  /** The only parameters that lose their gradient. */
  readonly still?: RegExp;
}

const reconstructionTerms = ['videoReconstruction', 'audioReconstruction'] as const;
const alignmentTerms = ['studentAlignment', 'teacherAlignment'] as const;
const contrast = ['studentContrast'] as const;
const studentEntropies = ['videoStudentEntropy', 'audioStudentEntropy'] as const;
const teacherEntropies = ['videoTeacherEntropy', 'audioTeacherEntropy'] as const;
const directions = ['videoToAudio', 'audioToVideo'] as const;

const cases: readonly Case[] = [
  {
    overrides: { 'loss.reconstructionOf': 'video' },
    changed: ['audioReconstruction'],
    off: ['audioReconstruction'],
    still: /^aud_ae\./,
  },
  {
    overrides: { 'loss.reconstructionOf': 'audio' },
    changed: ['videoReconstruction'],
    off: ['videoReconstruction'],
    still: /^vid_ae\./,
  },
  {
    overrides: { 'loss.reconstruction': 0 },
    changed: reconstructionTerms,
    off: reconstructionTerms,
    still: /_ae\./,
  },
  { overrides: { 'loss.distillationOf': 'videoToAudio' }, changed: ['audioToVideo'], off: ['audioToVideo'] },
  { overrides: { 'loss.distillationOf': 'audioToVideo' }, changed: ['videoToAudio'], off: ['videoToAudio'] },
  { overrides: { 'loss.distillation': 0 }, changed: directions, off: directions },
  { overrides: { 'loss.alignmentOf': 'students' }, changed: ['teacherAlignment'], off: ['teacherAlignment'] },
  { overrides: { 'loss.alignmentOf': 'teachers' }, changed: ['studentAlignment'], off: ['studentAlignment'] },
  { overrides: { 'loss.alignment': 0 }, changed: alignmentTerms, off: alignmentTerms },
  {
    overrides: { 'loss.alignment': 0, 'loss.distillation': 0 },
    changed: [...alignmentTerms, ...directions, ...studentEntropies, ...teacherEntropies],
    off: [...alignmentTerms, ...directions, ...studentEntropies, ...teacherEntropies],
    still: /\.head\./,
  },
  {
    overrides: { 'loss.alignmentOf': 'students', 'loss.distillation': 0 },
    changed: ['teacherAlignment', ...directions, ...teacherEntropies],
    off: ['teacherAlignment', ...directions, ...teacherEntropies],
  },
  {
    overrides: { 'loss.reconstructionOf': 'video', 'loss.alignment': 0, 'loss.distillation': 0 },
    changed: [
      'audioReconstruction',
      ...alignmentTerms,
      ...directions,
      ...studentEntropies,
      ...teacherEntropies,
    ],
    off: ['audioReconstruction', ...alignmentTerms, ...directions, ...studentEntropies, ...teacherEntropies],
    still: /\.head\.|^aud_/,
  },
  {
    overrides: { alignment: 'contrastive' },
    changed: [...alignmentTerms, ...contrast],
    off: alignmentTerms,
  },
  {
    overrides: { alignment: 'contrastive', 'loss.distillation': 0 },
    changed: [...alignmentTerms, ...contrast, ...directions, ...studentEntropies, ...teacherEntropies],
    off: [...alignmentTerms, ...directions, ...studentEntropies, ...teacherEntropies],
    still: /\.head\./,
  },
  { overrides: { refinement: 'none' }, changed: teachersSide },
  { overrides: { refinement: 'softmax' }, changed: teachersSide },
  { overrides: { teacherView: 'firstLocal' }, changed: teachersSide },
  { overrides: { 'mask.video': 0.5 }, changed: ['videoReconstruction', ...videoStudent] },
  { overrides: { 'mask.audio': 0.5 }, changed: ['audioReconstruction', ...audioStudent] },
  { overrides: { 'views.local': 1 }, changed: [...new Set([...videoStudent, ...audioStudent])] },
  { overrides: { 'views.local.video': 1 }, changed: videoStudent },
  { overrides: { 'views.local.audio': 1 }, changed: audioStudent },
  { overrides: { 'temperature.student': 0.3 }, changed: [...directions, ...studentEntropies] },
  {
    overrides: { 'temperature.videoTeacher.start': 0.1, 'temperature.videoTeacher.end': 0.1 },
    changed: ['videoToAudio', 'videoTeacherEntropy'],
  },
  {
    overrides: { 'temperature.audioTeacher.start': 0.1, 'temperature.audioTeacher.end': 0.1 },
    changed: ['audioToVideo', 'audioTeacherEntropy'],
  },
  { overrides: { 'loss.alignment': 2 }, changed: [] },
  { overrides: { 'loss.distillation': 2 }, changed: [] },
  { overrides: { 'loss.reconstruction': 2 }, changed: [] },
];

/** The plain batch as seen by another configuration. */
function inputsOf(config: XkdConfig): ModelInputs {
  const { views, masks } = randomInputs({ ...config, views: plain.views }, 0);
  const { video, audio } = config.views.local;
  return { views: { video: views.video.slice(0, 1 + video), audio: views.audio.slice(0, 1 + audio) }, masks };
}

/** Teachers differ from their students; equal ones would hide the teachers' effect. */
function startingState(config = plain): TrainState {
  const state = TrainState.create(config);
  for (const [name, weight] of state.tensors.weights) {
    if (name.includes('_teacher.')) state.commit({ weights: new Map([[name, tf.mul(weight, 1.1)]]) });
  }
  return state;
}

function measure(
  state: TrainState,
  config: XkdConfig,
): { losses: Record<string, number>; reached: string[] } {
  let losses!: number[];
  const reached: string[] = [];
  tf.tidy(() => {
    const found = differentiate(
      stepStructure(config),
      state.tensors.weights,
      inputsOf(config),
      lossHyperparameters(config, scheduleAt(config, 0, length).temperatures),
    );
    losses = [...found.losses.dataSync()];
    found.gradients.forEach(
      (gradient, name) => gradient.dataSync().some((x) => x !== 0) && reached.push(name),
    );
  });
  return { losses: Object.fromEntries(lossTerms.map((term, i) => [term, losses[i]])), reached };
}

describe('switches of an ablation', () => {
  let state: TrainState;
  let plainly: ReturnType<typeof measure>;

  before(() => {
    state = startingState();
    plainly = measure(state, plain);
  });
  after(() => state.dispose());

  for (const { overrides, changed, off = [], still } of cases) {
    it(title(overrides), () => {
      const switched = measure(state, tinyConfig({ 'views.local': 3, ...overrides }));
      for (const term of lossTerms) {
        if ((sums as readonly string[]).includes(term)) continue;
        if (off.includes(term)) assert.equal(switched.losses[term], 0, term);
        else if (changed.includes(term)) assert.notEqual(switched.losses[term], plainly.losses[term], term);
        else assert.equal(switched.losses[term], plainly.losses[term], term);
      }
      assert.notEqual(switched.losses.total, plainly.losses.total);
      const expected = plainly.reached.filter((name) => !still?.test(name));
      assert.deepEqual([...switched.reached].sort(), [...expected].sort());
    });
  }
});

describe('switches of the update', () => {
  const specs = new Map(parameterSpecs(plain).map((spec) => [spec.name, spec]));
  /** Teachers follow their students by EMA, and so show their changes. */
  const learns = (name: string): boolean =>
    specs.get(name.replace('_teacher.', '_student.'))?.trainable ?? false;
  const cases: readonly { overrides: Overrides; changes: (name: string) => boolean }[] = [
    { overrides: { centreMomentum: 0.5 }, changes: (name) => name.endsWith('.center') },
    { overrides: { 'ema.start': 0.8 }, changes: (name) => name.includes('_teacher.') },
    { overrides: { teacher: 'frozen' }, changes: (name) => name.includes('_teacher.') },
    {
      overrides: { 'optimiser.freezeLastLayerEpochs': 1 },
      changes: (name) => name.endsWith('last_layer.weight_v'),
    },
    {
      overrides: { 'optimiser.weightDecay': 1 },
      changes: (name) => learns(name) && specs.get(name)!.decayed,
    },
    { overrides: { 'optimiser.learningRate': 1e-3 }, changes: learns },
    { overrides: { 'optimiser.beta1': 0.8 }, changes: () => false },
  ];

  /** All weights and centres after one step of a configuration from the same start. */
  async function afterStep(overrides: Overrides): Promise<Map<string, Float32Array>> {
    const config = tinyConfig({ 'optimiser.warmupEpochs': 0, 'ema.start': 0.9, ...overrides });
    const state = startingState(config);
    const inputs = randomInputs(config, 0);
    await trainStep(state, inputs, scheduleAt(config, 0, length));
    disposeInputs(inputs);
    const values = [...state.tensors.weights].map(
      ([name, tensor]) => [name, tensor.dataSync() as Float32Array] as const,
    );
    state.dispose();
    return new Map(values);
  }

  let plainly: Map<string, Float32Array>;
  before(async () => (plainly = await afterStep({})));

  for (const { overrides, changes } of cases) {
    it(title(overrides), async () => {
      const switched = await afterStep(overrides);
      const changed = [...plainly.keys()].filter(
        (name) => largestError(switched.get(name)!, plainly.get(name)!) > 1e-7,
      );
      assert.deepEqual(changed, [...plainly.keys()].filter(changes));
    });
  }
});

describe('switches of the size', () => {
  const sizes = (overrides: Overrides) =>
    new Map(parameterSpecs(tinyConfig(overrides)).map(({ name, shape }) => [name, shape.join()]));
  const plainly = sizes({});
  const cases: readonly { overrides: Overrides; changes: RegExp }[] = [
    { overrides: { 'projector.hidden': 20 }, changes: /\.head\.mlp\./ },
    { overrides: { 'projector.bottleneck': 4 }, changes: /\.head\.(mlp\.6|last_layer\.weight_v)/ },
    { overrides: { 'projector.outputs': 30 }, changes: /\.head\.last_layer\./ },
    { overrides: { 'projector.layers': 2 }, changes: /\.head\.mlp\.[36]/ },
    { overrides: { 'decoder.width': 12 }, changes: /_ae\./ },
    { overrides: { 'decoder.depth': 2 }, changes: /_ae\.decoder\.blocks\.1\./ },
    { overrides: { 'encoder.depth': 3 }, changes: /backbone\.encoder\.blocks\.2\./ },
    { overrides: { 'encoder.registers': 2 }, changes: /backbone\.register_tokens$/ },
    { overrides: { sharing: 'students' }, changes: /^aud_student\.backbone\.encoder\.blocks\./ },
    {
      overrides: { sharing: 'teachersAndStudents' },
      changes: /^aud_(student|teacher)\.backbone\.encoder\.blocks\./,
    },
    { overrides: { 'views.local': 3 }, changes: /^$/ },
  ];
  for (const { overrides, changes } of cases) {
    it(title(overrides), () => {
      const switched = sizes(overrides);
      const changed = [...new Set([...plainly.keys(), ...switched.keys()])].filter(
        (name) => plainly.get(name) !== switched.get(name),
      );
      assert.deepEqual(
        changed.filter((name) => !changes.test(name)),
        [],
      );
      assert.ok(changed.length > 0 || changes.source === '^$');
    });
  }
});

function title(overrides: Overrides): string {
  return Object.entries(overrides)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(' ');
}
