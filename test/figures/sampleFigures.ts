import {
  ablationCurvesFigure,
  ablationFigure,
  ablationProbesFigure,
  attentionOverTimeFigure,
  audioAttentionFigure,
  audioReconstructionFigure,
  barsFigure,
  classBalanceFigure,
  clipFigure,
  clipSpaceFigure,
  colours,
  commonShareFigure,
  comparisonFigure,
  configure,
  confusionFigure,
  curvesFigure,
  distributionsFigure,
  embeddingFigure,
  fewLabelsFigure,
  figureChoice,
  framesFigure,
  groupedBarsFigure,
  kernelMixtureFigure,
  lossesFigure,
  lossTerms,
  maskRatioFigure,
  matrixFigure,
  methodFigure,
  pairedSeedsFigure,
  pictureGridFigure,
  pointsByClass,
  pointsOverStepsFigure,
  projectPath,
  readAblationTable,
  readAblationCurves,
  resultsFigure,
  scatterFigure,
  sharingFigure,
  sightAndSoundFigure,
  spectrogramFigure,
  spectrogramPanelsFigure,
  videoAttentionFigure,
  videoReconstructionFigure,
  waveformFigure,
  encodePicture,
  RandomStream,
  type Figure,
  type NdArray,
  type Pixels,
  type ProtocolResult,
  type ReportRow,
  type SingleClip,
  type StepMetrics,
} from 'xkd/internal';
import { benchFigure } from '@local/bench/dist/figure';

/* Every figure, with small made-up data and names as long as those in the notebooks. */

const random = RandomStream.fromSeed(1);
const config = configure('nano');
const numbers = (count: number, of = (i: number) => Math.sin(i / 7) + random.normal(0, 0.2)) =>
  Float32Array.from({ length: count }, (_, i) => of(i));
const array = (...shape: number[]): NdArray => ({ data: numbers(shape.reduce((a, b) => a * b)), shape });
const weights = () => ({
  video: numbers(64, () => random.uniform()),
  audio: numbers(64, () => random.uniform()),
});
const pixels = (value: number): Pixels => ({
  data: Uint8Array.from({ length: 3 * 32 * 32 }, (_, i) => (value * 20 + i / 16) % 256),
  width: 32,
  height: 32,
});

export const eightClasses = ['falling coin', 'glass', 'metal bar', 'plastic', 'rubber ball', 'stone', 'wooden box', 'xylophone']; // prettier-ignore
const labels = Array.from({ length: 64 }, (_, i) => eightClasses[i % 8]);
const points = (dimensions: number) =>
  numbers(64 * dimensions, (i) => 2 * Math.cos(Math.floor(i / dimensions) % 8) + random.normal(0, 0.4));

const looks = ['untrained', 'trained', 'refined'].map((name) => ({ name, values: weights() }));
const view = (share: number) => ({
  removed: numbers(64, () => Number(random.uniform() < share)),
  original: numbers(3 * 8 * 32 * 32),
  drawn: numbers(3 * 8 * 32 * 32),
  loss: share,
});
const heard = { ...view(0.8), original: numbers(32 * 32), drawn: numbers(32 * 32) };

const clip = {
  startSeconds: 1,
  framesPerSecond: 8,
  sampleRateHz: 16000,
  frames: Uint8Array.from({ length: 16 * 16 * 16 * 3 }, (_, i) => i % 251),
  frameCount: 16,
  height: 16,
  width: 16,
  waveform: numbers(32000, (i) => Math.sin(i / 5) * Math.exp(-((i % 9000) / 3000))),
};

const history = Array.from({ length: 300 }, (_, step) => ({
  step,
  epoch: 0,
  ...Object.fromEntries(lossTerms.map((term, i) => [term, (i + 2) * Math.exp(-step / 120) + 1 + i / 5])),
})) as unknown as StepMetrics[];
const changes = [
  { step: 90, values: { 'optimiser.learningRate': 0.00112 } },
  { step: 93, values: { 'optimiser.learningRate': 0.00151 } },
  { step: 94, values: { 'loss.alignment': 2 } },
  { step: 180, values: { refinement: 'softmax', 'mask.video': 0.9 } },
  { step: 260, values: Object.fromEntries(['video', 'audio'].flatMap((m) => ['start', 'end'].map((w) => [`temperature.${m}Teacher.${w}`, 0.2]))) }, // prettier-ignore
];

const window = (startSeconds: number): SingleClip => ({
  entry: { path: 'clip.mp4', label: null, split: null },
  video: array(1, 3, 8, 32, 32),
  audio: array(1, 1, 32, 32),
  startSeconds,
});
const windows = [0, 0.125, 0.25].map(window);
const wholeConfig = configure('nano', { 'clip.seconds': 1.25, 'spectrogram.columns': 40 });
const attention = windows.map(() => ({ before: weights(), after: weights() }));

const bySeed = (values: readonly number[]) => values.map((top1, seed) => ({ seed, top1 }));
const result = (factor: number) => {
  const shares = [1, 5, 10, 100];
  const metrics = Object.fromEntries(shares.map((share) => [`top1@${share}%`, factor * (0.3 + share / 200)]));
  const intervals = { 'top1@1%': { low: 0.1, high: 0.4, values: 3 } };
  return { metrics, intervals } as unknown as ProtocolResult;
};
const reportRow = (dataset: string, modality: string, mean: number, percent: number | null) =>
  ({
    ...{ dataset, classes: 8, protocol: 'svm', settings: '', modality, tower: 'student', variant: 'MS' },
    ...{ network: 'nano, 792 steps', metric: 'top1', isMain: true, isShare: true, allSettings: { cost: 1 } },
    ours: {
      ...{ mean, low: mean - 0.03, high: mean + 0.03, over: 'pretraining seeds', count: 2 },
      values: [-0.02, 0.02].map((off, seed) => ({
        value: mean + off,
        networkSeed: seed,
        seed,
        path: 'a.json',
      })),
    },
    paper: percent === null ? null : { percent, title: 'main', others: [], limits: ['other data'] },
  }) as unknown as ReportRow;
const benchRow = { preset: 'base', batch: 8, kind: 'whole step', precision: 'fp32', medianSeconds: 6.2, p10: 6, p90: 6.5, peakMemoryBytes: 9.3e9, ratioToPytorch: 0.47 }; // prettier-ignore

/** Keyed by the function's name; any special case follows a comma. */
export function sampleFigures(): Record<string, Figure> {
  const table = readAblationTable(projectPath('data', 'results', 'ablation.json'));
  const trained = readAblationCurves(projectPath('data', 'results', 'ablation-curves.json'));
  const clouds = [0, 2, 5].map((distance) => ({
    label: String(distance),
    x: points(2),
    y: points(2).map((value, i) => value + (i % 2 ? 0 : distance)),
    parts: [0.1, 0.2, 0.3, 0.2, 0.05].map((part) => part * distance),
  }));
  const steps = [0, 100, 200];
  const groups = pointsByClass(steps.map(() => points(2)), labels); // prettier-ignore
  const shareOf = (part: number) => ({ data: numbers(64 * 16, (i) => (i % 16 === part ? 0.7 : 0.02)), rows: 64, columns: 16 }); // prettier-ignore
  const probed = trained.curves.map((curve) => ({
    ...curve,
    probes: [0, 500, 1000].map((step) => ({ step, video: (step * (5 + curve.seed)) / 1e4, audio: 0.9 })),
  }));
  const log = { value: Math.log(128), name: 'log(outputs)' };
  const sound = { values: numbers(32 * 32), config, events: [0.25, 0.6] };
  const modalities = ['video', 'audio', 'both'];
  const counts = eightClasses.map((_, i) => eightClasses.map((__, j) => (i === j ? 20 : (i * j) % 4)));
  return {
    ablationFigure: ablationFigure(table),
    ablationCurvesFigure: ablationCurvesFigure(trained, { rows: ['full', 'distillation', 'shuffled', 'alignment'], term: 'distillation', level: log, title: 'Distillation loss, each seed' }), // prettier-ignore
    ablationProbesFigure: ablationProbesFigure({ curves: probed }, { rows: ['full', 'reconstruction'], title: 'Video probe during training' }), // prettier-ignore
    attentionOverTimeFigure: attentionOverTimeFigure({
      ...{ config, windows, events: [0.6], title: 'A bouncing ball of wooden boxes', active: 4 },
      whole: { clip: { ...window(0), audio: array(1, 1, 32, 40) }, config: wholeConfig },
      networks: ['trained', 'untrained'].map((name) => ({ name, attention })),
    }),
    audioAttentionFigure: audioAttentionFigure({ config, weights: looks }),
    audioReconstructionFigure: audioReconstructionFigure({ config, view: heard, title: 'Sound: loss 0.80' }),
    barsFigure: barsFigure({
      bars: ['video, untrained', 'video, XKD', 'audio, untrained', 'audio, XKD'].map((name, i) => ({ name, value: 40 + 12 * i, colour: [colours.video, colours.audio][i >> 1] })), // prettier-ignore
      ...{ valueTitle: 'top-1 on test clips [%]', range: [0, 112], level: { value: 12.5, name: 'chance' } },
    }),
    'barsFigure, intervals': barsFigure({ bars: [{ name: 'a', value: 40, halfWidth: 5 }, { name: 'b', value: 60, halfWidth: 4 }] }), // prettier-ignore
    benchFigure: benchFigure({
      rows: ['eager', 'compiled', 'pytorch'].map((engine) => ({ engine, ...benchRow })),
      ...{ machine: { processor: 'a processor' }, threads: 2 },
    } as unknown as Parameters<typeof benchFigure>[0]) as unknown as Figure,
    classBalanceFigure: classBalanceFigure({
      parts: ['train', 'test'].map((name) => ({ name, listed: 80, present: 80, published: null })),
      classes: eightClasses.map((name, i) => ({ name, listed: 30, present: 20 + i, published: null, parts: [14, 6 + i] })), // prettier-ignore
      title: 'Clips of each class',
    }),
    clipFigure: clipFigure({ clip, logMel: numbers(80 * 224), config: configure('base'), events: [1.25, 2.2], title: 'Two seconds of falling coins on wooden boxes' }), // prettier-ignore
    clipSpaceFigure: clipSpaceFigure({ points: points(3), labels, names: labels, title: 'What the video backbone finds alike' }), // prettier-ignore
    'clipSpaceFigure, clips': clipSpaceFigure({ points: points(3), labels, names: labels, sources: new Map([[2, 'data:video/mp4;base64,AA']]), title: 'What the video backbone finds alike' }), // prettier-ignore
    commonShareFigure: commonShareFigure(table, { title: 'What XKD adds, over what sight and sound have in common' }), // prettier-ignore
    comparisonFigure: comparisonFigure({
      histories: ['as it is', 'no centring', 'no sharpening', 'neither', 'first local view'].map((name) => ({ name, history })), // prettier-ignore
      ...{ terms: ['distillation', 'videoTeacherEntropy'], levels: { distillation: log }, title: 'Collapse on purpose' }, // prettier-ignore
    }),
    confusionFigure: confusionFigure({ classes: eightClasses, counts, title: 'Linear SVM on the video: what is taken for what' }), // prettier-ignore
    curvesFigure: curvesFigure({ curves: eightClasses.map((name, i) => ({ name, y: numbers(50, (n) => Math.sin(n / 8 + i)) })), title: 'Eight curves' }), // prettier-ignore
    distributionsFigure: distributionsFigure({ networks: ['as it is', 'no centring', 'no sharpening', 'neither'].map((name, i) => ({ name, distributions: shareOf(i) })), labels, title: 'Answers of the video teacher to 64 test clips' }), // prettier-ignore
    embeddingFigure: embeddingFigure({
      points: points(2),
      labels,
      title: 'Video features of the test clips',
    }),
    fewLabelsFigure: fewLabelsFigure({ curves: [{ name: 'XKD', result: result(1) }, { name: 'untrained', result: result(0.6) }], chance: 0.125 }), // prettier-ignore
    figureChoice: figureChoice(
      (['video', 'audio', 'both'] as const).flatMap(
        (features) =>
        (['logistic', 'svm'] as const).map((probe) => ({ name: `${features}, ${probe}`, figure: ablationFigure(table, { features, probe }) })), // prettier-ignore
      ),
    ),
    framesFigure: framesFigure({ frames: Array.from({ length: 16 }, (_, t) => pixels(t)), framesPerSecond: 8 }), // prettier-ignore
    groupedBarsFigure: groupedBarsFigure({
      panels: [
        {
          ...{ title: 'here: sample set, one seed', groups: modalities, level: { value: 12.5, name: 'chance' } }, // prettier-ignore
          series: ['untrained', 'MS', 'MAS', 'MATS'].map((name, i) => ({ name, values: [40 + 5 * i, 60, 70], halfWidths: [3, 3, 3], colour: i ? undefined : colours.text })), // prettier-ignore
        },
        { title: 'the paper: Kinetics-Sound', groups: modalities, series: ['MS', 'MAS', 'MATS'].map((name) => ({ name, values: [60, 65, 90] })) }, // prettier-ignore
      ],
      ...{ valueTitle: 'top-1 [%]', range: [0, 112], title: 'Modality-agnostic students' },
    }),
    kernelMixtureFigure: kernelMixtureFigure({ pairs: clouds, gammas: [0.1, 0.25, 0.5, 1, 2], name: 'distance', active: 1 }), // prettier-ignore
    lossesFigure: lossesFigure(history, { changes, title: 'XKD on the sample set' }),
    'lossesFigure, entropies': lossesFigure(history, { terms: ['videoToAudio', 'audioToVideo', 'videoTeacherEntropy', 'audioTeacherEntropy'], level: log }), // prettier-ignore
    maskRatioFigure: maskRatioFigure({ config, views: [0.1, 0.5, 0.85].map(view), ratios: [0.1, 0.5, 0.85], every: 2 }), // prettier-ignore
    matrixFigure: matrixFigure({ values: [25, 31, 17, 27, 20, 80, 0, 0, 0, 100, 0, 0], columns: 4, xTitle: 'output', yTitle: 'temperature', rowNames: ['1', '0.3', '0.06'], title: 'Sharper and sharper [%]' }), // prettier-ignore
    'matrixFigure, many': matrixFigure({ values: numbers(600), columns: 30, xTitle: 'column', yTitle: 'row' }), // prettier-ignore
    methodFigure: methodFigure(),
    pairedSeedsFigure: pairedSeedsFigure({
      rows: [
        { name: 'without', values: bySeed([0.4, 0.6, 0.5, 0.55, 0.45]) },
        { name: 'with the part', values: bySeed([0.5, 0.8, 0.6, 0.7, 0.62]) },
      ],
      title: 'Made-up numbers: the same seeds, with and without a part',
    }),
    pictureGridFigure: pictureGridFigure({ rows: [0, 1].map((r) => [0, 1, 2, 3].map((c) => encodePicture(pixels(r + c)))), rowTitles: ['global view', 'another one'] }), // prettier-ignore
    pointsOverStepsFigure: pointsOverStepsFigure({ steps, panels: ['video', 'audio'].map((title) => ({ title, groups })), notes: steps.map((step) => `MMD ${step / 100}`), title: 'Features of the students' }), // prettier-ignore
    resultsFigure: resultsFigure({
      rows: [
        ...modalities.map((modality, i) => reportRow('sample set', modality, 0.6 + i / 10, null)),
        ...modalities.map((modality, i) => reportRow('Kinetics-Sound', modality, 0.4 + i / 10, 60 + i)),
      ],
    }),
    scatterFigure: scatterFigure({
      groups: eightClasses.map((name, i) => ({ name, x: [i, i + 1], y: [i, i * i] })),
      ...{ xTitle: 'what the video student knows of the audio teacher’s answer [nats]', yTitle: 'video, top-1 [%]' }, // prettier-ignore
      title: 'What was handed across, and what it is worth',
    }),
    sharingFigure: sharingFigure({ variants: [{ name: 'MS', config: configure('base') }, { name: 'MATS', config: configure('base-mats') }] }), // prettier-ignore
    sightAndSoundFigure: sightAndSoundFigure({ config, video: array(1, 3, 8, 32, 32), audio: array(1, 1, 32, 32), looks, events: [0.4], title: 'One backbone, wooden boxes' }), // prettier-ignore
    spectrogramFigure: spectrogramFigure({ ...sound, title: 'The sound of wooden boxes' }),
    spectrogramPanelsFigure: spectrogramPanelsFigure({ config, panels: ['global view', 'local view', 'another one'].map((title) => ({ title, values: numbers(32 * 32) })) }), // prettier-ignore
    videoAttentionFigure: videoAttentionFigure({ config, view: array(1, 3, 8, 32, 32), weights: looks }),
    videoReconstructionFigure: videoReconstructionFigure({ config, views: [view(0.85)], title: 'Trained: loss 0.41, before 0.98' }), // prettier-ignore
    waveformFigure: waveformFigure({ waveform: clip.waveform, sampleRateHz: 16000, events: [0.56, 1.12], title: 'In step' }), // prettier-ignore
  };
}
