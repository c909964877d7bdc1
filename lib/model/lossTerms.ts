import type { tf } from '../tensor/native';

/** Every term of the loss, by name, and figures to watch. */
export const lossTerms = [
  'total',
  'reconstruction',
  'distillation',
  'alignment',
  'videoReconstruction',
  'audioReconstruction',
  'videoToAudio',
  'audioToVideo',
  'studentAlignment',
  'teacherAlignment',
  'videoTeacherEntropy',
  'audioTeacherEntropy',
  'videoStudentEntropy',
  'audioStudentEntropy',
] as const;
export type LossTerm = (typeof lossTerms)[number];
export type LossTensors = Readonly<Record<LossTerm, tf.Scalar>>;
