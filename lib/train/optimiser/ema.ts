import { type Modality, type NetworkStructure, modalities } from '../../config';
import { canonicalName, ownedSpecs, towerName } from '../../model';
import { type LerpFactors, lerp } from '../../tensor/lerp';
import { chunkNames, joinFlat, splitFlat } from '../../tensor/chunks';
import { fusedLerp, hasFusedOps } from '../../tensor/fusedOps';
import { stage } from '../../tensor/stage';
import { tf } from '../../tensor/native';

/**
 * Relative distance between a teacher and its student, over all weights of the tower including the head: |s - t| / |s|. It
 * is 0 at the start.
 *
 * @param weights all weights by stored name
 */
export function teacherDistance(
  config: NetworkStructure,
  weights: ReadonlyMap<string, tf.Tensor>,
  modality: Modality,
): number {
  const stored = (name: string) => weights.get(canonicalName(config, name))!;
  const lengths = tf.tidy(() => {
    const sums = teacherPairs(config, modality).map(({ teacher, student }) => {
      const [t, s] = [stored(teacher), stored(student)];
      return tf.stack([tf.sum(tf.squaredDifference(s, t)), tf.sum(tf.square(s))]);
    });
    return tf.sqrt(tf.addN(sums)).dataSync();
  });
  return lengths[0] / lengths[1];
}

/**
 * EMA update of the teachers (docs/method.md, section 4): t = m t + (1 - m) s, heads included. Video is updated first, then
 * audio, so blocks shared by both teachers are updated twice, as in the release.
 *
 * @param weights all weights after the optimiser's update
 * @param momentum m and 1 - m
 * @returns the teachers' new weights
 *
 * @example
 * ```ts
 * import { configure, followStudents, tf, TrainState } from 'xkd';
 *
 * const state = TrainState.create(configure('nano'));
 * const name = 'vid_teacher.backbone.encoder_norm.weight'; // The student's are all 1.
 * const moved = tf.tidy(() => {
 *   const weights = new Map(state.tensors.weights).set(name, tf.zeros([64]));
 *   const momentum = { keep: tf.scalar(0.75), take: tf.scalar(0.25) };
 *   return followStudents(state.config, weights, momentum).get(name)?.dataSync()[0];
 * });
 * console.log(moved); // 0.25
 * state.dispose();
 * ```
 */
export function followStudents(
  config: NetworkStructure,
  weights: ReadonlyMap<string, tf.Tensor>,
  momentum: LerpFactors<tf.Scalar>,
): Map<string, tf.Tensor> {
  const updated = new Map<string, tf.Tensor>();
  const stored = (name: string) => {
    const canonical = canonicalName(config, name);
    return updated.get(canonical) ?? weights.get(canonical)!;
  };
  const factors = hasFusedOps() ? tf.stack([momentum.keep, momentum.take]) : null;
  for (const modality of modalities) {
    const students = new Map(
      teacherPairs(config, modality).map(({ teacher, student }) => [teacher, student]),
    );
    const studentOf = (name: string) => stored(students.get(name)!);
    for (const names of chunkNames([...students.keys()], (name) => stored(name).size)) {
      stage(); // One chunk's values at a time.
      const old = names.map(stored);
      const followed = tf.tidy(() => {
        if (factors !== null) {
          return names.map((name, i) => fusedLerp(old[i], studentOf(name), factors));
        }
        const t = joinFlat(old);
        const s = joinFlat(names.map(studentOf));
        return splitFlat(lerp(t, s, momentum), old);
      });
      names.forEach((name, i) => updated.set(canonicalName(config, name), followed[i]));
    }
  }
  return updated;
}

/** Names of a teacher's own parameters, each with the name of the student's parameter that it follows. */
function teacherPairs(
  config: NetworkStructure,
  modality: Modality,
): { readonly teacher: string; readonly student: string }[] {
  return ownedSpecs(config, `${towerName(modality, 'teacher')}.`).flatMap(({ name, follows }) =>
    follows === null ? [] : [{ teacher: name, student: follows }],
  );
}
