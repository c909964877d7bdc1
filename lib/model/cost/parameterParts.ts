import { type Modality, type XkdConfig, modalities, usedParts } from '../../config';
import {
  type ParameterSpec,
  type Role,
  autoencoderName,
  canonicalName,
  parameterSpecs,
  towerName,
} from '../parameters';

/** Parameters of one part of the model. */
export interface ParameterPart {
  /** Such as `video student: blocks`. */
  readonly part: string;
  /** Towers that hold it, by the release's names; two where its blocks are shared. */
  readonly owners: readonly string[];
  readonly total: number;
  /** Those that gradients move. */
  readonly trainable: number;
  /** Whether the configuration's loss has any use for it. */
  readonly used: boolean;
}

/** Parameters of the whole model: what is shared is counted once. */
export interface ParameterCounts {
  readonly parts: readonly ParameterPart[];
  readonly total: number;
  readonly trainable: number;
  /** Values of the two centres, which are stored with the weights but are no parameters. */
  readonly centres: number;
}

/** Counts the parameters of a configuration's model, part by part. */
export function countParameters(config: XkdConfig): ParameterCounts {
  const specs = parameterSpecs(config);
  const groups = new Map<string, ParameterSpec[]>();
  for (const spec of specs) {
    const prefix = partPrefix(spec.name);
    groups.set(prefix, [...(groups.get(prefix) ?? []), spec]);
  }
  const parts = [...groups].map(([prefix, members]): ParameterPart => {
    const owners = partOwners(config, prefix);
    return {
      part: partTitle(prefix, owners),
      owners,
      total: valueCount(members),
      trainable: valueCount(members.filter(({ trainable }) => trainable)),
      used: isUsed(config, prefix, owners),
    };
  });
  return {
    parts,
    total: valueCount(specs),
    trainable: valueCount(specs.filter(({ trainable }) => trainable)),
    centres: modalities.length * config.projector.outputs,
  };
}

const blocks = 'backbone.encoder.blocks';

/** `vid_student.backbone`, `vid_student.backbone.encoder.blocks`, `vid_student.head` or `vid_ae`. */
function partPrefix(name: string): string {
  const [owner, kind] = name.split('.');
  if (owner.endsWith('_ae')) return owner;
  return name.startsWith(`${owner}.${blocks}.`) ? `${owner}.${blocks}` : `${owner}.${kind}`;
}

/** The towers whose names lead to this part. */
function partOwners(config: XkdConfig, prefix: string): string[] {
  const [owner] = prefix.split('.');
  if (!prefix.endsWith(blocks)) return [owner];
  const towers = roles.flatMap((role) => modalities.map((modality) => towerName(modality, role)));
  return towers.filter((tower) => canonicalName(config, `${tower}.${blocks}.0`).startsWith(prefix));
}

const roles = ['student', 'teacher'] as const;

function partTitle(prefix: string, owners: readonly string[]): string {
  const modality = ownerModality(owners[0]);
  const role = ownerRole(owners[0]);
  if (role === null) return `${modality} decoder`;
  if (owners.length > 1) return `both ${role}s: shared blocks`;
  if (prefix.endsWith(blocks)) return `${modality} ${role}: blocks`;
  return `${modality} ${role}: ${prefix.endsWith('.head') ? 'head' : 'embedding, positions, norm'}`;
}

function isUsed(config: XkdConfig, prefix: string, owners: readonly string[]): boolean {
  const { reconstructed, features, heads, teachers } = usedParts(config);
  return owners.some((owner) => {
    const role = ownerRole(owner);
    if (role === 'teacher') return teachers;
    if (role === 'student' && heads) return true;
    const modality = ownerModality(owner);
    if (prefix.endsWith('.head')) return false;
    return reconstructed.includes(modality) || (role === 'student' && features.includes(modality));
  });
}

function ownerModality(owner: string): Modality {
  return modalities.find((modality) =>
    [...roles.map((role) => towerName(modality, role)), autoencoderName(modality)].includes(owner),
  )!;
}

function ownerRole(owner: string): Role | null {
  return roles.find((role) => owner.endsWith(`_${role}`)) ?? null;
}

function valueCount(specs: readonly ParameterSpec[]): number {
  return specs.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
}
