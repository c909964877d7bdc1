import { type Modality, type XkdConfig, modalities } from '../config';
import { evaluationBatches, type MediaEntry, type NdArray } from '../data';
import { UserError } from '../errors';
import type { FeatureMatrix } from '../eval';
import { encode, patchMean, type PerModality, project, teacherForward, towerName } from '../model';
import { tf } from '../tensor/native';
import { centreNames, type TrainState } from '../train';

/** Clips without augmentation. */
export interface LookedAtClips {
  /** `[B, 3, T, S, S]` */
  readonly video: NdArray;
  /** `[B, 1, M, C]` */
  readonly audio: NdArray;
}

/** The middle clips of some files, with the class of each. */
export interface LabelledClips extends LookedAtClips {
  /** Empty if a file has none. */
  readonly labels: readonly string[];
}

/** Reads the middle clips of files as one batch, without augmentation. */
export async function clipsToLookAt(
  entries: readonly MediaEntry[],
  config: XkdConfig,
): Promise<LabelledClips> {
  for await (const batch of evaluationBatches(entries, config, { batch: entries.length })) {
    const labels = batch.entries.map(({ label }) => label ?? '');
    return { video: batch.video!, audio: batch.audio!, labels };
  }
  throw new UserError('There are no clips to look at: give some files.');
}

/** A network's outputs for some clips, one row per clip. */
export interface NetworkOutputs {
  /** Patch means of the students' backbones `[B, D]`. */
  readonly features: PerModality<FeatureMatrix>;
  /** Outputs of the students' heads `[B, O]`. */
  readonly students: PerModality<FeatureMatrix>;
  /** Outputs of the teachers' heads, after refinement `[B, O]`. */
  readonly teachers: PerModality<FeatureMatrix>;
  /** The teachers' distributions, centred and sharpened `[B, O]`. */
  readonly distributions: PerModality<FeatureMatrix>;
}

/**
 * Outputs of all four towers for whole clips. Nothing is masked, and the teachers get the global view
 * whatever `teacherView` is, so that networks and training steps can be compared. Temperatures are those
 * after warm-up.
 */
export function networkOutputs(state: TrainState, clips: LookedAtClips): NetworkOutputs {
  let outputs!: NetworkOutputs;
  tf.tidy(() => {
    const { config, scope } = state;
    const view = ({ data, shape }: NdArray) => tf.tensor(data, [...shape]);
    const views = { video: [view(clips.video)], audio: [view(clips.audio)] };
    const centre = (modality: Modality) => state.tensors.weights.get(centreNames[modality])!;
    const { student, videoTeacher, audioTeacher } = config.temperature;
    const temperatures = { student, videoTeacher: videoTeacher.end, audioTeacher: audioTeacher.end };
    const teachers = teacherForward(
      { ...config, teacherView: 'global' },
      scope,
      { views },
      { video: centre('video'), audio: centre('audio') },
      temperatures,
    );
    const features = perModality((modality) => {
      const backbone = scope.at(towerName(modality, 'student'), 'backbone');
      return patchMean(encode(config, backbone, modality, views[modality][0]).tokens);
    });
    const head = (modality: Modality) => scope.at(towerName(modality, 'student'), 'head');
    const students = perModality((modality) => project(config, features[modality], head(modality)));
    outputs = {
      features: matrices(features),
      students: matrices(students),
      teachers: matrices(teachers.outputs),
      distributions: matrices(teachers.distributions),
    };
  });
  return outputs;
}

/**
 * A feature matrix as a tensor `[rows, columns]`.
 *
 * @example
 * ```ts
 * import { matrixTensor, tf } from 'xkd';
 *
 * const features = { data: Float32Array.of(1, 2, 3, 4), rows: 2, columns: 2 };
 * const means = tf.tidy(() => tf.mean(matrixTensor(features), 0).arraySync());
 * console.log(means); // [ 2, 3 ]
 * ```
 */
export function matrixTensor({ data, rows, columns }: FeatureMatrix): tf.Tensor2D {
  return tf.tensor2d(data, [rows, columns]);
}

function matrices(tensors: PerModality<tf.Tensor2D>): PerModality<FeatureMatrix> {
  return perModality((modality) => {
    const [rows, columns] = tensors[modality].shape;
    return { data: tensors[modality].dataSync<'float32'>(), rows, columns };
  });
}

function perModality<T>(make: (modality: Modality) => T): PerModality<T> {
  const [video, audio] = modalities.map(make);
  return { video, audio };
}
