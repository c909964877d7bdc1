import {
  computeAnswers,
  type FeatureMatrix,
  type NdArray,
  normaliseRows,
  stepStructure,
  tf,
  type TrainState,
  umapSpace,
} from 'xkd/core';
import type { ClipMap, NamedStretch } from '../protocol';
import { clipOf } from './stretches';
import { wholeViews } from './trainingClips';

/**
 * The clips by what the students' heads answer, which distillation makes comparable between modalities: similarities of
 * sounds and videos (cosines of the answers minus their mean), and a map of both.
 */
export function mapClips(state: TrainState, stretches: readonly NamedStretch[]): ClipMap {
  const clips = stretches.map(({ stretch }) => clipOf(state.config, stretch));
  const { video, audio } = headAnswers(state, wholeViews(state.config, clips));
  const rows = clips.length;
  const similar = new Float32Array(rows * rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < rows; j++) similar[i * rows + j] = dot(audio, i, video, j);
  }
  const { columns } = video;
  const both = new Float32Array(2 * rows * columns);
  both.set(video.data);
  both.set(audio.data, rows * columns);
  const points = umapSpace({
    ...{ features: { data: both, rows: 2 * rows, columns }, dimensions: 2, neighbours: 10 },
    ...{ minDistance: 0.25, seed: 0 },
  });
  return { step: state.step, labels: stretches.map(({ label }) => label), soundToVideo: similar, points };
}

function headAnswers(
  state: TrainState,
  views: { readonly video: NdArray; readonly audio: NdArray },
): { video: FeatureMatrix; audio: FeatureMatrix } {
  let answers!: { video: FeatureMatrix; audio: FeatureMatrix };
  tf.tidy(() => {
    const { logits } = computeAnswers({
      structure: stepStructure(state.config),
      weights: state.tensors.weights,
      views: {
        video: tf.tensor(views.video.data, [...views.video.shape]),
        audio: tf.tensor(views.audio.data, [...views.audio.shape]),
      },
      temperatures: { student: 1, videoTeacher: 1, audioTeacher: 1 },
    });
    const rows = (values: tf.Tensor2D): FeatureMatrix => {
      const centred = tf.sub(values, tf.mean(values, 0, true));
      const data = centred.dataSync<'float32'>();
      return normaliseRows({ data, rows: values.shape[0], columns: values.shape[1] });
    };
    answers = { video: rows(logits.videoStudent), audio: rows(logits.audioStudent) };
  });
  return answers;
}

function dot(a: FeatureMatrix, i: number, b: FeatureMatrix, j: number): number {
  let sum = 0;
  for (let k = 0; k < a.columns; k++) sum += a.data[i * a.columns + k] * b.data[j * b.columns + k];
  return sum;
}
