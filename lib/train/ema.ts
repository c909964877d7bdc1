import { modalities } from '../config';
import { canonicalName, parameterSpecs, towerName } from '../model';
import { chunkNames, joinFlat, splitFlat } from '../tensor/chunks';
import { tf } from '../tensor/native';
import type { TrainState } from './state';

/**
 * Teachers follow their students (method section 4): t = m t + (1 - m) s, heads included. Video comes first, then
 * audio; blocks that both teachers share are so updated twice, as in the release.
 */
export function followStudents(state: TrainState, momentum: number): void {
  for (const modality of modalities) {
    const student = `${towerName(modality, 'student')}.`;
    const teacher = `${towerName(modality, 'teacher')}.`;
    const teacherNames = ownedNames(state, teacher);
    const stored = (name: string) => state.tensors.get(canonicalName(state.config, name))!;
    for (const names of chunkNames(teacherNames, (name) => stored(name).size)) {
      const old = names.map(stored);
      const values = tf.tidy(() => {
        const t = joinFlat(old);
        const s = joinFlat(names.map((name) => stored(name.replace(teacher, student))));
        return splitFlat(tf.add(tf.mul(t, momentum), tf.mul(s, 1 - momentum)), old);
      });
      state.replace(
        state.tensors,
        new Map(names.map((name, i) => [canonicalName(state.config, name), values[i]])),
      );
    }
  }
}

/** Names of all parameters of a tower, those that it shares with another one included. */
function ownedNames({ config }: TrainState, tower: string): string[] {
  return parameterSpecs({ ...config, sharing: 'none' })
    .map(({ name }) => name)
    .filter((name) => name.startsWith(tower));
}
