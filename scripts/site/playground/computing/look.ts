import {
  clipFrames,
  computeAnswers,
  fullGrid,
  meanEntropy,
  type Modality,
  type NdArray,
  reconstructView,
  stepStructure,
  teacherAttention,
  tf,
  type TrainState,
} from 'xkd/core';
import type { Look, LookedAt, Ratios, Stretch } from '../protocol';
import { clipOf } from './stretches';
import { wholeViews } from './trainingClips';

/** All that the page shows of one clip. */
export function lookAt(state: TrainState, stretch: Stretch, ratios: Ratios): Look {
  const begin = performance.now();
  const { config, step } = state;
  const views = wholeViews(config, [clipOf(config, stretch)]);
  const attention = teacherAttention(state, views.video, views.audio);
  const answers = distributions(state, views);
  const part = (modality: Modality): LookedAt => {
    const view = views[modality];
    const rebuilt = reconstructView({ network: state, modality, view, maskRatio: ratios[modality] });
    return {
      view: view.data,
      drawn: rebuilt.drawn,
      removed: rebuilt.removed,
      loss: rebuilt.loss,
      grid: fullGrid(config, modality),
      before: attention.before[modality],
      after: attention.after[modality],
      ...answers[modality],
    };
  };
  const { frameSize } = config.clip;
  const { melBands, columns } = config.spectrogram;
  return {
    ...{ step, frames: clipFrames(config), side: frameSize, bands: melBands, columns },
    ...{ video: part('video'), audio: part('audio') },
    milliseconds: performance.now() - begin,
  };
}

/** The teachers' distributions for one clip, centred and sharpened, after refinement. */
function distributions(
  state: TrainState,
  { video, audio }: Readonly<Record<Modality, NdArray>>,
): Record<Modality, { distribution: Float32Array; entropy: number }> {
  let found!: Record<Modality, { distribution: Float32Array; entropy: number }>;
  tf.tidy(() => {
    const view = ({ data, shape }: NdArray) => tf.tensor(data, [...shape]);
    const { student, videoTeacher, audioTeacher } = state.config.temperature;
    const { logits } = computeAnswers({
      structure: stepStructure(state.config),
      weights: state.tensors.weights,
      views: { video: view(video), audio: view(audio) },
      temperatures: { student, videoTeacher: videoTeacher.end, audioTeacher: audioTeacher.end },
    });
    const answer = (values: tf.Tensor2D) => {
      const shares = tf.softmax(values);
      return { distribution: shares.dataSync<'float32'>(), entropy: meanEntropy(shares).dataSync()[0] };
    };
    found = { video: answer(logits.videoTeacher), audio: answer(logits.audioTeacher) };
  });
  return found;
}
