import { type Modality, type XkdConfig, modalities } from '../config';
import { canonicalName, ownedSpecs, parameterSpecs, type ParameterSpec, type Role } from '../model';

/** The parts of a tower, in the order in which a clip passes through them. */
export const towerPartNames = [
  'patch embedding',
  'class token, positions',
  'blocks',
  'final norm',
  'head',
  'decoder',
] as const satisfies readonly TowerPartName[];
export type TowerPartName = ParameterSpec['part'];

export interface Tower {
  readonly modality: Modality;
  readonly role: Role;
}

/** A stored part: stored once, for one tower or for several. */
export interface StoredPart {
  readonly part: TowerPartName;
  /** All towers whose parameter names resolve to it. */
  readonly towers: readonly Tower[];
  /** Number of parameters. */
  readonly count: number;
  /** Those of them that gradients move; teachers get none, and the gain of a head's last layer is fixed. */
  readonly trained: number;
  /** Names of the stored tensors. */
  readonly names: readonly string[];
}

/** Students before teachers, video before audio. */
export const towers: readonly Tower[] = (['student', 'teacher'] as const).flatMap((role) =>
  modalities.map((modality) => ({ modality, role })),
);

/**
 * Which parts are stored for which towers. This code does not know what a variant shares: a part is shared by
 * the towers whose parameter names `canonicalName` maps to the same stored ones.
 */
export function storedParts(config: XkdConfig): StoredPart[] {
  const stored = new Map(parameterSpecs(config).map((spec) => [spec.name, spec]));
  const owned = ownedSpecs(config);
  const parts = new Map<string, { part: TowerPartName; towers: Tower[]; names: string[] }>();
  for (const part of towerPartNames) {
    for (const tower of towers) {
      const own = owned.filter((spec) => spec.part === part && isOf(tower, spec));
      const names = [...new Set(own.map(({ name }) => canonicalName(config, name)))];
      if (names.length === 0) continue;
      const key = names.join(' ');
      const known = parts.get(key);
      if (known) known.towers.push(tower);
      else parts.set(key, { part, towers: [tower], names });
    }
  }
  return [...parts.values()].map(({ part, towers, names }) => {
    const specs = names.map((name) => stored.get(name)!);
    const trained = valueCount(specs.filter(({ trainable }) => trainable));
    return { part, towers, names, count: valueCount(specs), trained };
  });
}

function valueCount(specs: readonly ParameterSpec[]): number {
  return specs.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

function isOf({ modality, role }: Tower, spec: ParameterSpec): boolean {
  return spec.modality === modality && spec.role === role;
}
