import { type XkdConfig, modalities } from '../../config';
import {
  type ParameterSpec,
  type Role,
  autoencoderName,
  canonicalName,
  ownedSpecs,
  parameterSpecs,
  towerName,
} from '../../model';

/** Parameters of one part of the model. */
export interface ParameterPart {
  /** For example `video student: blocks`. */
  readonly part: string;
  /** Towers that own it, by the release's names; two if its blocks are shared. */
  readonly owners: readonly string[];
  readonly role: Role;
  readonly total: number;
  /** Parameters updated by gradients. */
  readonly trainable: number;
  /** True if the configuration's loss uses it. */
  readonly used: boolean;
}

/** Parameters of the whole model. Shared parameters are counted once. */
export interface ParameterCounts {
  readonly parts: readonly ParameterPart[];
  readonly total: number;
  readonly trainable: number;
  /** Values of the two centres, which are stored with the weights but are not parameters. */
  readonly centres: number;
}

/**
 * Counts the parameters of a configuration's model, part by part.
 *
 * @param read stored names of the weights that a step reads to compute the loss
 */
export function countParameters(config: XkdConfig, read: ReadonlySet<string>): ParameterCounts {
  const specs = parameterSpecs(config);
  const groups = new Map<string, ParameterSpec[]>();
  for (const spec of specs) {
    const key = `${ownerName(spec)} ${groupOf(spec)}`;
    groups.set(key, [...(groups.get(key) ?? []), spec]);
  }
  const owned = specsByStoredName(config);
  const parts = [...groups.values()].map((members): ParameterPart => {
    const owners = owned.get(members[0].name)!;
    return {
      part: partTitle(owners),
      owners: owners.map(ownerName),
      role: owners[0].role,
      total: valueCount(members),
      trainable: valueCount(members.filter(({ trainable }) => trainable)),
      used: members.some(({ name }) => read.has(name)),
    };
  });
  return {
    parts,
    total: valueCount(specs),
    trainable: valueCount(specs.filter(({ trainable }) => trainable)),
    centres: modalities.length * config.projector.outputs,
  };
}

/** For each stored parameter, its specifications as its owners name them. */
function specsByStoredName(config: XkdConfig): Map<string, ParameterSpec[]> {
  const owned = new Map<string, ParameterSpec[]>();
  for (const spec of ownedSpecs(config)) {
    const stored = canonicalName(config, spec.name);
    owned.set(stored, [...(owned.get(stored) ?? []), spec]);
  }
  return owned;
}

function ownerName({ modality, role, part }: ParameterSpec): string {
  return part === 'decoder' ? autoencoderName(modality) : towerName(modality, role);
}

/** The blocks of a backbone are counted separately, since they may be shared. */
function groupOf({ part }: ParameterSpec): string {
  return part === 'head' || part === 'decoder' || part === 'blocks' ? part : 'embedding, positions, norm';
}

function partTitle(owners: readonly ParameterSpec[]): string {
  const [{ modality, role, part }] = owners;
  if (part === 'decoder') return `${modality} decoder`;
  if (owners.length > 1) return `both ${role}s: shared blocks`;
  return `${modality} ${role}: ${groupOf(owners[0])}`;
}

function valueCount(specs: readonly ParameterSpec[]): number {
  return specs.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
}
