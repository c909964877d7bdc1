import { modalities, stepStructure } from '../../config';
import type { NdArray } from '../../data/types';
import { tf } from '../../tensor/native';
import { scalarsOf } from '../../tensor/scalars';
import { answers } from '../answers';
import type { Engine } from '../engine/engine';
import type { StepSchedule } from '../optimiser/schedules';
import type { TrainState } from '../state/state';
import { type ProbeFigures, figuresOf } from './figures';

/** Whole, unaugmented clips on which a run is probed: `[B, 3, T, S, S]` and `[B, 1, M, C]`. */
export interface ProbeClips {
  readonly video: NdArray;
  readonly audio: NdArray;
}

/** Measures the network's outputs for the clips. The state is only read. */
export async function takeProbe(
  state: TrainState,
  clips: ProbeClips,
  { temperatures }: Pick<StepSchedule, 'temperatures'>,
  engine: Engine,
): Promise<ProbeFigures> {
  const [video, audio] = modalities.map((modality) => {
    const { data, shape } = clips[modality];
    return tf.tensor(data, [...shape]);
  });
  const numbers = scalarsOf(temperatures);
  const { config, tensors } = state;
  try {
    const inputs = {
      structure: stepStructure(config),
      weights: tensors.weights,
      views: { video, audio },
      temperatures: numbers,
    };
    const collect = await engine.run(answers, inputs);
    let figures: ProbeFigures = {};
    tf.tidy(() => {
      figures = figuresOf(config, collect());
    });
    return figures;
  } finally {
    tf.dispose([video, audio, numbers] as unknown as tf.TensorContainer);
  }
}
