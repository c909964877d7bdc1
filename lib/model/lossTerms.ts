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
 * B clips, V views of a student (1 global + the local ones), R removed patches of P values, D width, O outputs of the
 * heads.
 */

/** Quantities of a batch that are monitored in addition to the losses. */
export const watchedEntropies = [
  'videoTeacherEntropy',
  'audioTeacherEntropy',
  'videoStudentEntropy',
  'audioStudentEntropy',
] as const;

/** Names of the total, of every loss, of every term, and of the monitored quantities. */
export const lossTerms: readonly LossTerm[] = ['total', ...lossNames, ...termNames, ...watchedEntropies];
export type LossTerm = 'total' | LossName | TermName | (typeof watchedEntropies)[number];
export type LossTensors = Readonly<Record<LossTerm, tf.Scalar>>;

/** Numbers needed to compute the losses of a step. */
export interface LossNumbers<N = number | tf.Scalar> {
  readonly temperatures: Temperatures<N>;
  /** Shares of the losses in the total. */
  readonly shares: LossShares<N>;
  readonly settings: LossSettings<N>;
}

/** Gives the rows of all processes of a run, of which the own ones carry the gradient. */
export type GatherRows = (own: tf.Tensor2D) => tf.Tensor2D;

/** Losses in which clips are compared, so that they may tell of the clips of other processes. */
export const termsOfAll: readonly LossTerm[] = [
  'total',
  'alignment',
  'studentAlignment',
  'teacherAlignment',
  'studentContrast',
];

/** The teachers' results for a step. None of them carries a gradient. */
export interface TeacherOutputs {
  /** Head outputs `[B, O]`. */
  readonly outputs: PerModality<tf.Tensor2D>;
  /** After centring and sharpening `[B, O]`. */
  readonly distributions: PerModality<tf.Tensor2D>;
}

/** A masked view, completed by its decoder. */
export interface Rebuilt {
  /** Predicted values of the removed patches `[B, R, P]`. */
  readonly predicted: tf.Tensor;
  /** Their true values `[B, R, P]`. */
  readonly patches: tf.Tensor;
}

/** Intermediate results of a step. Everything that a term in use is computed from must be present. */
export interface TermSources {
  /** In a run on several processes: the rows of all of them `[N B, D]`, for terms that compare clips. Default: those given. */
  readonly ofAll?: GatherRows;
  readonly rebuilt: Readonly<Partial<Record<Modality, Rebuilt>>>;
  /** Patch means of the students' masked global views `[B, D]`. */
  readonly features: Readonly<Partial<Record<Modality, tf.Tensor2D>>>;
  /** Head outputs of the students `[V B, O]`. */
  readonly students: PerModality<tf.Tensor2D> | null;
  readonly teachers: TeacherOutputs | null;
  readonly numbers: Pick<LossNumbers, 'temperatures' | 'settings'>;
}

const alone: GatherRows = (own) => own;

/** The function that computes each term of the table. */
export const termFunctions: Readonly<Record<TermName, (sources: TermSources) => tf.Scalar>> = {
  videoReconstruction: ({ rebuilt: { video } }) => reconstructionLoss(video!.predicted, video!.patches),
  audioReconstruction: ({ rebuilt: { audio } }) => reconstructionLoss(audio!.predicted, audio!.patches),
  videoToAudio: (sources) => distilled(sources, 'video', 'audio'),
  audioToVideo: (sources) => distilled(sources, 'audio', 'video'),
  studentAlignment: ({ students, ofAll = alone }) => mmd(ofAll(students!.video), ofAll(students!.audio)),
  teacherAlignment: ({ teachers, ofAll = alone }) =>
    mmd(ofAll(teachers!.outputs.video), ofAll(teachers!.outputs.audio)),
  studentContrast: ({ features: { video, audio }, numbers, ofAll = alone }) =>
    infoNce(ofAll(video!), ofAll(audio!), numbers.settings.alignmentTemperature),
};

function distilled({ teachers, students, numbers }: TermSources, from: Modality, to: Modality): tf.Scalar {
  return distillationLoss(teachers!.distributions[from], students![to], numbers.temperatures.student);
}
