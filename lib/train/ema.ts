import { type Modality, type NetworkStructure, modalities } from '../config';
import { canonicalName, ownedSpecs, towerName } from '../model';
import { type LerpFactors, lerp } from '../tensor/lerp';
import { chunkNames, joinFlat, splitFlat } from '../tensor/chunks';
import { fusedLerp, hasFusedOps } from '../tensor/fusedOps';
import { stage } from '../tensor/graph';
import { tf } from '../tensor/native';

/**
 * How far a teacher is from its student, over all weights of the tower, head included: |s - t| / |s|, 0 at the start.
 *
 * @param weights all weights by their stored names
 */
export function teacherDistance(
  config: NetworkStructure,
  weights: ReadonlyMap<string, tf.Tensor>,
  modality: Modality,
): number {
  const teacher = `${towerName(modality, 'teacher')}.`;
  const student = `${towerName(modality, 'student')}.`;
  const stored = (name: string) => weights.get(canonicalName(config, name))!;
  const lengths = tf.tidy(() => {
    const sums = ownedSpecs(config, teacher).map(({ name }) => {
      const [t, s] = [stored(name), stored(name.replace(teacher, student))];
      return tf.stack([tf.sum(tf.squaredDifference(s, t)), tf.sum(tf.square(s))]);
    });
    return tf.sqrt(tf.addN(sums)).dataSync();
  });
  return lengths[0] / lengths[1];
}

/**
 * Teachers follow their students (docs/method.md, section 4): t = m t + (1 - m) s, heads included. Video comes first,
 * then audio; so blocks that both teachers share are updated twice, as in the release.
 *
 * @param weights all weights after the optimiser's update
 * @param momentum m and 1 - m
 * @returns the teachers' new weights
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
    const teacher = `${towerName(modality, 'teacher')}.`;
    const student = `${towerName(modality, 'student')}.`;
    const owned = ownedSpecs(config, teacher).map(({ name }) => name);
    for (const names of chunkNames(owned, (name) => stored(name).size)) {
      stage(); // One chunk's values at a time.
      const old = names.map(stored);
      const followed = tf.tidy(() => {
        if (factors !== null) {
          return names.map((name, i) => fusedLerp(old[i], stored(name.replace(teacher, student)), factors));
        }
        const t = joinFlat(old);
        const s = joinFlat(names.map((name) => stored(name.replace(teacher, student))));
        return splitFlat(lerp(t, s, momentum), old);
      });
      names.forEach((name, i) => updated.set(canonicalName(config, name), followed[i]));
    }
  }
  return updated;
}
