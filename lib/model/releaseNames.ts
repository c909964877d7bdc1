import type { Modality, XkdConfig } from '../config';
import { type Role, canonicalName, ownedSpecs, towerName } from './parameters';

/** Shapes of one backbone under the names of the authors' published files: `cls_token`, `enc_pos_embed`, ... */
export function backboneShapes(config: XkdConfig, modality: Modality): Map<string, readonly number[]> {
  const prefix = backbonePrefix(modality, 'student');
  return new Map(ownedSpecs(config, prefix).map(({ name, shape }) => [name.slice(prefix.length), shape]));
}

/** Prefix of a backbone's names in the whole state: `vid_student.backbone.`, ... */
export function backbonePrefix(modality: Modality, role: Role): string {
  return `${towerName(modality, role)}.backbone.`;
}

/**
 * Every parameter name in the release's state dict, with the name of the weight that it refers to. Several names refer to
 * one weight where the release's modules share it: PyTorch lists it under each owner.
 */
export function releaseNames(config: XkdConfig): Map<string, string> {
  const names = ownedSpecs(config).flatMap(({ name }) => [
    name,
    ...encoderAliases(name),
    ...headAliases(config, name),
  ]);
  return new Map(names.sort().map((name) => [name, canonicalName(config, name)]));
}

/** The autoencoder's encoder is the student's backbone. */
function encoderAliases(name: string): string[] {
  const alias = name.replace(/^(vid|aud)_student\.backbone\./, '$1_ae.encoder.');
  return alias === name ? [] : [alias];
}

/** The head's hidden LayerNorms are one module. */
function headAliases({ projector }: XkdConfig, name: string): string[] {
  const norm = /^(.*\.head\.mlp)\.1\.(weight|bias)$/.exec(name);
  if (!norm) return [];
  return Array.from({ length: projector.layers - 2 }, (_, i) => `${norm[1]}.${3 * i + 4}.${norm[2]}`);
}
