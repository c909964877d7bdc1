import type { Modality, XkdConfig } from '../config';
import {
  distillationLoss,
  meanEntropy,
  mmd,
  reconstructionLoss,
  teacherDistribution,
  totalLoss,
} from '../losses';
import type { WeightScope } from '../nn';
import { takeTokens } from '../tensor/gather';
import { tf } from '../tensor/native';
import { reconstruct } from './autoencoder';
import { encode, patchMean, patchTokens, patchify } from './backbone';
import { project } from './head';
import type { MaskTensors } from './masking';
import { towerName } from './parameters';
import { refineTeachers } from './refinement';

/*
 * B batch, V views of a student (1 global + the local ones), O outputs of the heads.
 */

type PerModality<T> = Readonly<Record<Modality, T>>;

/** The views of a batch as tensors, index 0 global, 1.. local, and the masks of the global ones. */
export interface ModelInputs {
  readonly views: PerModality<readonly tf.Tensor[]>;
  readonly masks: PerModality<MaskTensors>;
}

/** Lets the tensors of a finished step go. */
export function disposeInputs({ views, masks }: ModelInputs): void {
  tf.dispose([views, masks] as unknown as tf.TensorContainer);
}

/** Temperatures of one step. */
export interface Temperatures {
  readonly student: number | tf.Scalar;
  readonly videoTeacher: number | tf.Scalar;
  readonly audioTeacher: number | tf.Scalar;
}

/** What the teachers give to a step; nothing here carries a gradient. */
export interface TeacherOutputs {
  /** Head outputs `[B, O]`. */
  readonly outputs: PerModality<tf.Tensor2D>;
  /** After centring and sharpening `[B, O]`. */
  readonly distributions: PerModality<tf.Tensor2D>;
  /** MMD between both teachers. */
  readonly alignment: tf.Scalar;
}

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

/** Whether heads, local views and teachers have any part in the loss. */
export function usesTeachers({ loss }: XkdConfig): boolean {
  return loss.alignment > 0 || loss.distillation > 0;
}

/**
 * Teachers' side of a step (method section 5): encode their view, refine by cross-modal attention, patch mean, head,
 * centre and sharpen.
 *
 * @param centres of the video and the audio teacher `[1, O]`
 */
export function teacherForward(
  config: XkdConfig,
  weights: WeightScope,
  { views }: ModelInputs,
  centres: PerModality<tf.Tensor>,
  temperatures: Temperatures,
): TeacherOutputs {
  const index = config.teacherView === 'global' ? 0 : 1;
  const see = (modality: Modality) => {
    const backbone = weights.at(towerName(modality, 'teacher'), 'backbone');
    const { tokens, attention } = encode(config, backbone, modality, views[modality][index]);
    return { features: patchTokens(tokens), attention };
  };
  const refined = refineTeachers(config.refinement, see('video'), see('audio'));
  const output = (modality: Modality) =>
    project(config, tf.mean(refined[modality], 1), weights.at(towerName(modality, 'teacher'), 'head'));
  const outputs = { video: output('video'), audio: output('audio') };
  return {
    outputs,
    distributions: {
      video: teacherDistribution(outputs.video, centres.video, temperatures.videoTeacher),
      audio: teacherDistribution(outputs.audio, centres.audio, temperatures.audioTeacher),
    },
    alignment: mmd(outputs.video, outputs.audio),
  };
}

/**
 * Students' side of a step and all losses (method sections 3 and 6).
 *
 * @param teachers of {@link teacherForward}; null where only reconstruction is trained
 */
export function studentLosses(
  config: XkdConfig,
  weights: WeightScope,
  inputs: ModelInputs,
  teachers: TeacherOutputs | null,
  temperatures: Temperatures,
): LossTensors {
  const rebuilt = {
    video: rebuild(config, weights, inputs, 'video'),
    audio: rebuild(config, weights, inputs, 'audio'),
  };
  const reconstruction = tf.mul(tf.add(rebuilt.video.loss, rebuilt.audio.loss), 0.5) as tf.Scalar;
  const shared = {
    reconstruction,
    videoReconstruction: rebuilt.video.loss,
    audioReconstruction: rebuilt.audio.loss,
  };
  if (teachers === null) return { ...zeroTerms(), ...shared, total: reconstruction };

  const output = (modality: Modality) =>
    studentOutputs(config, weights, inputs, modality, rebuilt[modality].latent);
  const students = { video: output('video'), audio: output('audio') }; // [V B, O]
  const studentAlignment = mmd(students.video, students.audio);
  const alignment = tf.mul(tf.add(studentAlignment, teachers.alignment), 0.5) as tf.Scalar;
  const videoToAudio = distillationLoss(teachers.distributions.video, students.audio, temperatures.student);
  const audioToVideo = distillationLoss(teachers.distributions.audio, students.video, temperatures.student);
  const distillation = tf.mul(tf.add(videoToAudio, audioToVideo), 0.5) as tf.Scalar;
  return {
    total: totalLoss(config.loss, { alignment, distillation, reconstruction }),
    ...shared,
    distillation,
    alignment,
    videoToAudio,
    audioToVideo,
    studentAlignment,
    teacherAlignment: teachers.alignment,
    videoTeacherEntropy: meanEntropy(teachers.distributions.video),
    audioTeacherEntropy: meanEntropy(teachers.distributions.audio),
    videoStudentEntropy: studentEntropy(students.video, temperatures),
    audioStudentEntropy: studentEntropy(students.audio, temperatures),
  };
}

/** Patch-mean features of a view from one tower's backbone, without the head (method section 10): `[B, D]`. */
export function extractPatchMean(
  config: XkdConfig,
  weights: WeightScope,
  tower: { modality: Modality; role: 'student' | 'teacher' },
  view: tf.Tensor,
): tf.Tensor2D {
  const backbone = weights.at(towerName(tower.modality, tower.role), 'backbone');
  return patchMean(encode(config, backbone, tower.modality, view).tokens);
}

/** Masked reconstruction of the global view: its loss, and the tokens that the head reuses. */
function rebuild(
  config: XkdConfig,
  weights: WeightScope,
  { views, masks }: ModelInputs,
  modality: Modality,
): { latent: tf.Tensor3D; loss: tf.Scalar } {
  const view = views[modality][0];
  const mask = masks[modality];
  const { latent, predicted } = reconstruct(config, weights, modality, view, mask);
  const patches = takeTokens(patchify(config, modality, view), mask.removedRows); // [B, R, P]
  return { latent, loss: reconstructionLoss(predicted, patches) };
}

/** Head outputs of a student: masked global view first, then all local views in one pass: `[V B, O]`. */
function studentOutputs(
  config: XkdConfig,
  weights: WeightScope,
  { views }: ModelInputs,
  modality: Modality,
  latent: tf.Tensor3D,
): tf.Tensor2D {
  const tower = weights.at(towerName(modality, 'student'));
  const local = views[modality].slice(1);
  const means = [
    patchMean(latent),
    ...sameSizeGroups(local).map((group) =>
      patchMean(
        encode(config, tower.at('backbone'), modality, group.length > 1 ? tf.concat(group) : group[0]).tokens,
      ),
    ),
  ];
  return project(config, tf.concat(means) as tf.Tensor2D, tower.at('head'));
}

/** Neighbouring views of one size, which go through the encoder together. */
function sameSizeGroups(views: readonly tf.Tensor[]): tf.Tensor[][] {
  const groups: tf.Tensor[][] = [];
  for (const view of views) {
    const last = groups[groups.length - 1];
    if (last !== undefined && String(last[0].shape) === String(view.shape)) last.push(view);
    else groups.push([view]);
  }
  return groups;
}

function studentEntropy(outputs: tf.Tensor2D, { student }: Temperatures): tf.Scalar {
  return meanEntropy(tf.softmax(tf.div(outputs, student)) as tf.Tensor2D);
}

function zeroTerms(): Record<LossTerm, tf.Scalar> {
  return Object.fromEntries(lossTerms.map((term) => [term, tf.scalar(0)])) as Record<LossTerm, tf.Scalar>;
}
