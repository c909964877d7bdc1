import {
  type LossName,
  type LossSettings,
  type Modality,
  type TermName,
  lossNames,
  termNames,
} from '../config';
import { type LossShares, distillationLoss, infoNce, mmd, reconstructionLoss } from '../losses';
import type { tf } from '../tensor/native';
import type { PerModality, Temperatures } from './inputs';

/*
 * B clips, V views of a student (1 global + the local ones), R removed patches of P values, D width, O outputs of the heads.
 */

/** Figures of a batch that are watched beside the losses. */
export const watchedEntropies = [
  'videoTeacherEntropy',
  'audioTeacherEntropy',
  'videoStudentEntropy',
  'audioStudentEntropy',
] as const;

/** The total, every loss and every term of one, by name, and figures to watch. */
export const lossTerms: readonly LossTerm[] = ['total', ...lossNames, ...termNames, ...watchedEntropies];
export type LossTerm = 'total' | LossName | TermName | (typeof watchedEntropies)[number];
export type LossTensors = Readonly<Record<LossTerm, tf.Scalar>>;

/** Numbers that the losses of a step are computed with. */
export interface LossNumbers<N = number | tf.Scalar> {
  readonly temperatures: Temperatures<N>;
  /** Of the losses in the total. */
  readonly shares: LossShares<N>;
  readonly settings: LossSettings<N>;
}

/** What the teachers give to a step; nothing here carries a gradient. */
export interface TeacherOutputs {
  /** Head outputs `[B, O]`. */
  readonly outputs: PerModality<tf.Tensor2D>;
  /** After centring and sharpening `[B, O]`. */
  readonly distributions: PerModality<tf.Tensor2D>;
}

/** A masked view as its decoder completes it. */
export interface Rebuilt {
  /** Predicted values of the removed patches `[B, R, P]`. */
  readonly predicted: tf.Tensor;
  /** Their true values `[B, R, P]`. */
  readonly patches: tf.Tensor;
}

/** What a step has made of its clips; what no term in use is computed from may be missing. */
export interface TermSources {
  readonly rebuilt: Readonly<Partial<Record<Modality, Rebuilt>>>;
  /** Patch means of the students' masked global views `[B, D]`. */
  readonly features: Readonly<Partial<Record<Modality, tf.Tensor2D>>>;
  /** Head outputs of the students `[V B, O]`. */
  readonly students: PerModality<tf.Tensor2D> | null;
  readonly teachers: TeacherOutputs | null;
  readonly numbers: Pick<LossNumbers, 'temperatures' | 'settings'>;
}

/** How each term of the table is computed. */
export const termFunctions: Readonly<Record<TermName, (sources: TermSources) => tf.Scalar>> = {
  videoReconstruction: ({ rebuilt: { video } }) => reconstructionLoss(video!.predicted, video!.patches),
  audioReconstruction: ({ rebuilt: { audio } }) => reconstructionLoss(audio!.predicted, audio!.patches),
  videoToAudio: (sources) => distilled(sources, 'video', 'audio'),
  audioToVideo: (sources) => distilled(sources, 'audio', 'video'),
  studentAlignment: ({ students }) => mmd(students!.video, students!.audio),
  teacherAlignment: ({ teachers }) => mmd(teachers!.outputs.video, teachers!.outputs.audio),
  studentContrast: ({ features: { video, audio }, numbers }) =>
    infoNce(video!, audio!, numbers.settings.alignmentTemperature),
};

function distilled({ teachers, students, numbers }: TermSources, from: Modality, to: Modality): tf.Scalar {
  return distillationLoss(teachers!.distributions[from], students![to], numbers.temperatures.student);
}
