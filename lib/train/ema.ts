import { type XkdConfig, modalities } from '../config';
import { canonicalName, ownedSpecs, towerName } from '../model';
import { chunkNames, joinFlat, splitFlat } from '../tensor/chunks';
import { fusedBlend, hasFusedOps } from '../tensor/fusedOps';
import { stage } from '../tensor/graph';
import { tf } from '../tensor/native';

/** Momentum m and 1 - m, as scalars, so that they may change from step to step in a traced graph. */
export interface EmaFactors {
  readonly keep: tf.Scalar;
  readonly take: tf.Scalar;
}

export function emaFactors(momentum: number): EmaFactors {
  return { keep: tf.scalar(momentum), take: tf.scalar(1 - momentum) };
}

/**
 * Teachers follow their students (method section 4): t = m t + (1 - m) s, heads included. Video comes first, then
 * audio; blocks that both teachers share are so updated twice, as in the release.
 *
 * @param weights all weights after the optimiser's update
 * @returns the teachers' new weights
 */
export function followStudents(
  config: XkdConfig,
  weights: ReadonlyMap<string, tf.Tensor>,
  { keep, take }: EmaFactors,
): Map<string, tf.Tensor> {
  const updated = new Map<string, tf.Tensor>();
  const stored = (name: string) => {
    const canonical = canonicalName(config, name);
    return updated.get(canonical) ?? weights.get(canonical)!;
  };
  const factors = hasFusedOps() ? tf.stack([keep, take]) : null;
  for (const modality of modalities) {
    const teacher = `${towerName(modality, 'teacher')}.`;
    const student = `${towerName(modality, 'student')}.`;
    const owned = ownedSpecs(config, teacher).map(({ name }) => name);
    for (const names of chunkNames(owned, (name) => stored(name).size)) {
      stage(); // One chunk's values at a time.
      const old = names.map(stored);
      const followed = tf.tidy(() => {
        if (factors !== null) {
          return names.map((name, i) => fusedBlend(old[i], stored(name.replace(teacher, student)), factors));
        }
        const t = joinFlat(old);
        const s = joinFlat(names.map((name) => stored(name.replace(teacher, student))));
        return splitFlat(tf.add(tf.mul(t, keep), tf.mul(s, take)), old);
      });
      names.forEach((name, i) => updated.set(canonicalName(config, name), followed[i]));
    }
  }
  return updated;
}
