import type { Modality } from '../config';
import { tf } from '../tensor/native';
import type { MaskTensors } from './masking';

export type PerModality<T> = Readonly<Record<Modality, T>>;

/** The views of a batch as tensors (index 0 global, 1.. local), and the masks of the global views. */
export interface ModelInputs {
  readonly views: PerModality<readonly tf.Tensor[]>;
  readonly masks: PerModality<MaskTensors>;
}

/** Disposes of the tensors of a finished step. */
export function disposeInputs({ views, masks }: ModelInputs): void {
  tf.dispose([views, masks] as unknown as tf.TensorContainer);
}

/** Temperatures of one step. */
export interface Temperatures<N = number | tf.Scalar> {
  readonly student: N;
  readonly videoTeacher: N;
  readonly audioTeacher: N;
}
