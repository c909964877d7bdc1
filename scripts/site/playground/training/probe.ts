import {
  computeAnswers,
  decisionValues,
  extractPatchMean,
  type FeatureMatrix,
  fitLogisticRegression,
  fitStandardisation,
  type Modality,
  type NdArray,
  standardiseColumns,
  stepStructure,
  tf,
  type TrainState,
} from 'xkd/core';

/** Clips with classes, as views without augmentation. */
export interface LabelledViews {
  /** `[N, 3, T, S, S]` and `[N, 1, M, C]` */
  readonly video: NdArray;
  readonly audio: NdArray;
  readonly labels: Int32Array;
}

/** Clips that go through a network at once. */
const atOnce = 32;

/** Patch means of a student's backbone, one row per clip. */
export function featuresOf(
  state: TrainState,
  modality: Modality,
  { data, shape }: NdArray,
  role: 'student' | 'teacher' = 'student',
): FeatureMatrix {
  const [clips, ...rest] = shape;
  const size = data.length / clips;
  const columns = state.config.encoder.width;
  const features = new Float32Array(clips * columns);
  for (let first = 0; first < clips; first += atOnce) {
    const count = Math.min(atOnce, clips - first);
    tf.tidy(() => {
      const view = tf.tensor(data.subarray(first * size, (first + count) * size), [count, ...rest]);
      const rows = extractPatchMean(state.config, state.scope, { modality, role }, view);
      features.set(rows.dataSync(), first * columns);
    });
  }
  return { data: features, rows: clips, columns };
}

/** Share of the test clips whose class a logistic regression on the student's frozen features names, in [0, 1]. */
export function probe(
  state: TrainState,
  modality: Modality,
  train: LabelledViews,
  test: LabelledViews,
): number {
  const learnt = featuresOf(state, modality, train[modality]);
  const scale = fitStandardisation(learnt);
  const options = { cost: 0.1, iterations: 100, tolerance: 1e-3 };
  const model = fitLogisticRegression(standardiseColumns(learnt, scale), train.labels, options);
  const asked = standardiseColumns(featuresOf(state, modality, test[modality]), scale);
  const { data, columns } = decisionValues(model, asked);
  let right = 0;
  test.labels.forEach((label, row) => {
    const scores = data.subarray(row * columns, (row + 1) * columns);
    if (model.classes[scores.indexOf(Math.max(...scores))] === label) right++;
  });
  return right / test.labels.length;
}

/** Mean softmax of the towers over some clips, and how much of their distributions differs from clip to clip. */
export interface TowerFigures {
  readonly videoTeacher: AnswerFigures;
  readonly audioTeacher: AnswerFigures;
}

export interface AnswerFigures {
  /** Mean entropy of a clip's distribution, as a share of log(outputs). */
  readonly entropy: number;
  /** Entropy of the mean distribution minus that mean, as a share of log(outputs): 0 if all clips get the same. */
  readonly information: number;
  /** Mean distribution. */
  readonly mean: Float32Array;
}

export function towerFigures(
  state: TrainState,
  clips: Pick<LabelledViews, 'video' | 'audio'>,
  temperatures: { readonly student: number; readonly videoTeacher: number; readonly audioTeacher: number },
): TowerFigures {
  let figures!: TowerFigures;
  tf.tidy(() => {
    const view = ({ data, shape }: NdArray) => tf.tensor(data, [...shape]);
    const { logits } = computeAnswers({
      structure: stepStructure(state.config),
      weights: state.tensors.weights,
      views: { video: view(clips.video), audio: view(clips.audio) },
      temperatures,
    });
    figures = {
      videoTeacher: answerFigures(tf.softmax(logits.videoTeacher)),
      audioTeacher: answerFigures(tf.softmax(logits.audioTeacher)),
    };
  });
  return figures;
}

function answerFigures(distributions: tf.Tensor2D): AnswerFigures {
  const bound = Math.log(distributions.shape[1]);
  const mean = tf.mean(distributions, 0).dataSync<'float32'>();
  const entropyOf = (shares: Iterable<number>) => {
    let sum = 0;
    for (const share of shares) if (share > 0) sum -= share * Math.log(share);
    return sum;
  };
  const all = distributions.dataSync<'float32'>();
  const entropy = entropyOf(all) / distributions.shape[0];
  return { entropy: entropy / bound, information: (entropyOf(mean) - entropy) / bound, mean };
}
