import { type Modality, type StepStructure, type NetworkStructure, modalities } from '../config';
import type { WeightScope } from '../nn';
import { tf } from '../tensor/native';
import { encode, patchMean } from './backbone';
import { project } from './head';
import type { PerModality, Temperatures } from './inputs';
import { towerName } from './parameters';
import { teacherAnswers, teacherSight } from './xkd';

/*
 * B clips, D width, O outputs of the heads.
 */

/** The four towers, by their names in figures. */
export const towerKeys = ['videoStudent', 'audioStudent', 'videoTeacher', 'audioTeacher'] as const;
export type TowerKey = (typeof towerKeys)[number];

/** Results of the towers for whole clips: patch means, and the logits of their heads. */
export interface TowerAnswers {
  /** Features of the backbones, before refinement `[B, D]`. */
  readonly features: Readonly<Record<TowerKey, tf.Tensor2D>>;
  /**
   * Input of each softmax: the students' outputs, and the teachers' minus the centre, divided by the temperature `[B, O]`.
   */
  readonly logits: Readonly<Record<TowerKey, tf.Tensor2D>>;
}

/**
 * All towers on whole clips, without a mask: the outputs of students and teachers for the same views.
 *
 * @param views one of each modality
 * @param centres centres of the teachers `[1, O]`
 */
export function towerAnswers(
  config: NetworkStructure & Pick<StepStructure, 'refinement'>,
  weights: WeightScope,
  views: PerModality<tf.Tensor>,
  centres: PerModality<tf.Tensor>,
  temperatures: Temperatures,
): TowerAnswers {
  const student = (modality: Modality) => {
    const tower = weights.at(towerName(modality, 'student'));
    const features = patchMean(encode(config, tower.at('backbone'), modality, views[modality]).tokens);
    const outputs = project(config, features, tower.at('head'));
    return { features, logits: tf.div(outputs, temperatures.student) as tf.Tensor2D };
  };
  const [videoStudent, audioStudent] = modalities.map(student);
  const [video, audio] = modalities.map((modality) =>
    teacherSight(config, weights, modality, views[modality]),
  );
  const { outputs } = teacherAnswers(config, weights, { video, audio }, centres, temperatures);
  const sharpened = (modality: Modality) =>
    tf.div(tf.sub(outputs[modality], centres[modality]), temperatures[`${modality}Teacher`]) as tf.Tensor2D;
  const meanOf = (tokens: tf.Tensor3D) => tf.mean(tokens, 1) as tf.Tensor2D;
  return {
    features: {
      videoStudent: videoStudent.features,
      audioStudent: audioStudent.features,
      videoTeacher: meanOf(video.features),
      audioTeacher: meanOf(audio.features),
    },
    logits: {
      videoStudent: videoStudent.logits,
      audioStudent: audioStudent.logits,
      videoTeacher: sharpened('video'),
      audioTeacher: sharpened('audio'),
    },
  };
}
