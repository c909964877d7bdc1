import { createHash } from 'node:crypto';
import { modalities, type Modality } from '../config';
import { backbonePrefix, ownedSpecs, type Role } from '../model';
import type { Network } from './features';
import type { EvaluationModality } from './results';

/** The modalities that an evaluation uses. */
export function modalitiesOf(modality: EvaluationModality): readonly Modality[] {
  return modality === 'both' ? modalities : [modality];
}

/** SHA-256 of the names and weights of the backbones that features are taken from, in hexadecimal. */
export function hashTowers({ config, scope }: Network, modality: EvaluationModality, tower: Role): string {
  const hash = createHash('sha256');
  for (const each of modalitiesOf(modality)) {
    for (const { name, shape } of ownedSpecs(config, backbonePrefix(each, tower))) {
      hash.update(`${name} ${shape.join('x')}\n`);
      const { buffer, byteOffset, byteLength } = scope.get(name).dataSync<'float32'>();
      hash.update(new Uint8Array(buffer, byteOffset, byteLength));
    }
  }
  return hash.digest('hex');
}
