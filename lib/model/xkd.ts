import {
  type Modality,
  type NetworkStructure,
  type StepStructure,
  type TermName,
  teacherViewNames,
  termRow,
} from '../config';
import { meanEntropy, ofEachLoss, teacherDistribution, totalLoss } from '../losses';
import type { BranchScale, WeightScope } from '../nn';
import { takeTokens } from '../tensor/gather';
import { tf } from '../tensor/native';
import { inPart } from '../tensor/parts';
import { encodeMasked, reconstruct } from './autoencoder';
import { encode, patchMean, patchTokens, patchify } from './backbone';
import { project } from './head';
import type { ModelInputs, PerModality, Temperatures } from './inputs';
import {
  type GatherRows,
  type LossNumbers,
  type LossTensors,
  type LossTerm,
  type Rebuilt,
  type TeacherOutputs,
  type TermSources,
  lossTerms,
  termFunctions,
} from './lossTerms';
import { towerName } from './parameters';
import { type TeacherSight, refineTeachers } from './refinement';

/*
 * B batch, V views of a student (1 global + the local ones), O outputs of the heads.
 */

/**
 * The teachers' side of a step (docs/method.md, section 5): encode their view, refine by cross-modal attention, patch mean,
 * head, centre and sharpen.
 *
 * @param centres centres of the video and the audio teacher `[1, O]`
 */
export function teacherForward(
  config: NetworkStructure & Pick<StepStructure, 'refinement' | 'teacherView'>,
  weights: WeightScope,
  { views }: Pick<ModelInputs, 'views'>,
  centres: PerModality<tf.Tensor>,
  temperatures: Temperatures,
): TeacherOutputs {
  const index = config.teacherView === 'global' ? 0 : 1;
  const see = (modality: Modality) =>
    inPart(`${modality} teacher: ${teacherViewNames[config.teacherView]}`, () =>
      teacherSight(config, weights, modality, views[modality][index]),
    );
  return teacherAnswers(config, weights, { video: see('video'), audio: see('audio') }, centres, temperatures);
}

/** Output of a teacher's backbone for a view, before refinement. */
export function teacherSight(
  config: NetworkStructure,
  weights: WeightScope,
  modality: Modality,
  view: tf.Tensor,
): TeacherSight {
  const backbone = weights.at(towerName(modality, 'teacher'), 'backbone');
  const { tokens, classAttention } = encode(config, backbone, modality, view);
  return { features: patchTokens(tokens), classAttention };
}

/** Refinement, heads and distributions, computed from the backbones' outputs. */
export function teacherAnswers(
  config: NetworkStructure & Pick<StepStructure, 'refinement'>,
  weights: WeightScope,
  sight: PerModality<TeacherSight>,
  centres: PerModality<tf.Tensor>,
  temperatures: Temperatures,
): TeacherOutputs {
  const refined = inPart('refinement', () => refineTeachers(config.refinement, sight.video, sight.audio));
  const output = (modality: Modality) =>
    inPart(`${modality} teacher: head`, () =>
      project(config, tf.mean(refined[modality], 1), weights.at(towerName(modality, 'teacher'), 'head')),
    );
  const outputs = { video: output('video'), audio: output('audio') };
  return {
    outputs,
    distributions: {
      video: teacherDistribution(outputs.video, centres.video, temperatures.videoTeacher),
      audio: teacherDistribution(outputs.audio, centres.audio, temperatures.audioTeacher),
    },
  };
}

/**
 * The students' side of a step and all losses (docs/method.md, sections 3 and 6). Each loss is the average of the terms
 * that the configuration uses. Only these are computed; all other terms are 0.
 *
 * @param teachers result of {@link teacherForward}; null if the teachers are not used
 * @param ofAll see {@link TermSources}
 */
export function studentLosses(
  config: NetworkStructure & Pick<StepStructure, 'parts'>,
  weights: WeightScope,
  inputs: ModelInputs,
  teachers: TeacherOutputs | null,
  numbers: LossNumbers,
  ofAll?: GatherRows,
): LossTensors {
  const { parts } = config;
  const { views, masks } = inputs;
  const rebuilt: Partial<Record<Modality, Rebuilt>> = {};
  const latents: Partial<Record<Modality, tf.Tensor3D>> = {};
  for (const modality of parts.reconstructed) {
    const { latent, ...values } = inPart(`${modality} decoder`, () =>
      rebuild(config, weights, inputs, modality),
    );
    rebuilt[modality] = values;
    latents[modality] = latent;
  }
  const features: Partial<Record<Modality, tf.Tensor2D>> = {};
  for (const modality of parts.features) {
    latents[modality] ??= encodeMasked(config, weights, modality, views[modality][0], masks[modality]);
    features[modality] = patchMean(latents[modality]);
  }
  const see = (modality: Modality) => studentOutputs(config, weights, inputs, modality, latents[modality]);
  const students = parts.heads ? { video: see('video'), audio: see('audio') } : null; // [V B, O]
  const sources: TermSources = { rebuilt, features, students, teachers, numbers, ofAll };
  const terms: Partial<Record<LossTerm, tf.Scalar>> = entropies(sources);
  const losses = ofEachLoss((loss) => {
    const own = parts.terms.filter((name) => termRow(name).loss === loss);
    const compute = (name: TermName) => inPart(termRow(name).label, () => termFunctions[name](sources));
    return meanOf(own.map((name) => (terms[name] = compute(name))));
  });
  return { ...zeroTerms(), ...terms, ...losses, total: totalLoss(numbers.shares, losses) };
}

/**
 * Patch-mean features of a view from one tower's backbone, without the head (docs/method.md, section 10).
 *
 * @param scales factors of the blocks' branches, for drop path
 * @returns `[B, D]`
 */
export function extractPatchMean(
  config: NetworkStructure,
  weights: WeightScope,
  tower: { modality: Modality; role: 'student' | 'teacher' },
  view: tf.Tensor,
  scales?: readonly BranchScale[],
): tf.Tensor2D {
  const backbone = weights.at(towerName(tower.modality, tower.role), 'backbone');
  return patchMean(encode(config, backbone, tower.modality, view, undefined, scales).tokens);
}

/** Masked reconstruction of the global view, and the tokens that the head reuses. */
function rebuild(
  config: NetworkStructure,
  weights: WeightScope,
  { views, masks }: ModelInputs,
  modality: Modality,
): Rebuilt & { latent: tf.Tensor3D } {
  const view = views[modality][0];
  const mask = masks[modality];
  const { latent, predicted } = reconstruct(config, weights, modality, view, mask);
  const patches = takeTokens(patchify(config, modality, view), mask.removedRows); // [B, R, P]
  return { latent, predicted, patches };
}

/**
 * Head outputs of a student: masked global view first, then all local views in one pass.
 *
 * @param latent tokens of the masked global view, if it was already encoded
 * @returns `[V B, O]`
 */
function studentOutputs(
  config: NetworkStructure,
  weights: WeightScope,
  { views, masks }: ModelInputs,
  modality: Modality,
  latent?: tf.Tensor3D,
): tf.Tensor2D {
  const tower = weights.at(towerName(modality, 'student'));
  const see = (view: tf.Tensor) => encode(config, tower.at('backbone'), modality, view).tokens;
  const [global, ...local] = views[modality];
  const tokens = [
    latent ?? encodeMasked(config, weights, modality, global, masks[modality]),
    ...inPart(`${modality} student: local views`, () =>
      sameSizeGroups(local).map((group) => see(group.length > 1 ? tf.concat(group) : group[0])),
    ),
  ];
  return inPart(`${modality} student: head`, () =>
    project(config, tf.concat(tokens.map(patchMean)) as tf.Tensor2D, tower.at('head')),
  );
}

/** Groups consecutive views of equal size, which pass through the encoder together. */
function sameSizeGroups(views: readonly tf.Tensor[]): tf.Tensor[][] {
  const groups: tf.Tensor[][] = [];
  for (const view of views) {
    const last = groups[groups.length - 1];
    if (last !== undefined && String(last[0].shape) === String(view.shape)) last.push(view);
    else groups.push([view]);
  }
  return groups;
}

/** Mean entropies of the available distributions. Nothing is learnt from them. */
function entropies({ students, teachers, numbers }: TermSources): Partial<Record<LossTerm, tf.Scalar>> {
  const { student } = numbers.temperatures;
  const ofStudent = (outputs: tf.Tensor2D) =>
    meanEntropy(tf.softmax(tf.div(outputs, student)) as tf.Tensor2D);
  return {
    ...(students && {
      videoStudentEntropy: ofStudent(students.video),
      audioStudentEntropy: ofStudent(students.audio),
    }),
    ...(teachers && {
      videoTeacherEntropy: meanEntropy(teachers.distributions.video),
      audioTeacherEntropy: meanEntropy(teachers.distributions.audio),
    }),
  };
}

/** Mean of some terms; 0 if there are none. */
function meanOf(terms: readonly tf.Scalar[]): tf.Scalar {
  if (terms.length === 0) return tf.scalar(0);
  return tf.div(tf.addN([...terms]), terms.length) as tf.Scalar;
}

function zeroTerms(): Record<LossTerm, tf.Scalar> {
  return Object.fromEntries(lossTerms.map((term) => [term, tf.scalar(0)])) as Record<LossTerm, tf.Scalar>;
}
