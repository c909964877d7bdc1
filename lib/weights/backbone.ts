import { basename } from 'node:path';
import { type Modality, type XkdConfig, modalities } from '../config';
import { UserError } from '../errors';
import type { TensorSource } from '../files';
import { type Role, backbonePrefix, towerName } from '../model';
import { WeightScope } from '../nn';
import type { tf } from '../tensor/native';
import { TrainState } from '../train';
import { requireBackboneFits } from './backboneShape';
import { loadTensors } from './loadTensors';
import { type WeightsArgs, withPositions } from './positions';
import { type WeightSet, openWeights } from './weightSet';

export interface BackboneArgs extends WeightsArgs {
  readonly config: XkdConfig;
  /** Default: determined from the names in the file. */
  readonly modality?: Modality;
  /**
   * Default: determined from the name of the chosen state dict or the file (`vid_teacher.pth.tar`), otherwise student.
   */
  readonly role?: Role;
}

/** Weights of one tower, in the form that the authors publish. */
export interface Backbone {
  readonly path: string;
  readonly modality: Modality;
  readonly role: Role;
  /** By the names of the authors' files: `cls_token`, `encoder.blocks.0.norm1.weight`, ... */
  readonly weights: ReadonlyMap<string, tf.Tensor>;
}

/**
 * Loads one backbone in the authors' format, from a state dict saved by `torch.save` or from safetensors.
 *
 * @throws UserError if the file is damaged, holds something else, or does not fit the configuration; the message names
 *   the preset or size that would
 */
export async function loadBackbone(path: string, args: BackboneArgs): Promise<Backbone> {
  const set = await openWeights(path, args);
  try {
    return readBackbone(set, args);
  } finally {
    set.close();
  }
}

/** The same from weights that are already open. */
export function readBackbone(set: WeightSet, { config, modality, role, ...args }: BackboneArgs): Backbone {
  if (set.kind !== 'backbone' || set.modality === null) {
    throw new UserError(
      `"${set.path}" is not the file of one backbone (its names are not cls_token, enc_pos_embed, encoder.blocks.0...); choose a file such as vid_teacher.pth.tar.`,
    );
  }
  const found = modality ?? set.modality;
  const { tensors } = withPositions(set, config, args);
  requireBackboneFits(set.path, shapesOf(tensors), config, found);
  const weights = loadTensors(tensors);
  const told = roleOf(set.stateDict ?? '') ?? roleOf(set.path);
  return { path: set.path, modality: found, role: role ?? told ?? 'student', weights };
}

const roles = ['student', 'teacher'] as const satisfies readonly Role[];

/** The role that a file's name tells. */
export function roleOf(path: string): Role | null {
  const named = roles.filter((role) => basename(path).includes(role));
  return named.length === 1 ? named[0] : null;
}

/** A network of one to four backbones for feature extraction, without heads and decoders. */
export class BackboneNetwork {
  private readonly byTower: ReadonlyMap<string, Backbone>;

  /** @throws UserError if two files hold the same tower */
  constructor(
    readonly config: XkdConfig,
    readonly backbones: readonly Backbone[],
  ) {
    const byTower = new Map<string, Backbone>();
    for (const backbone of backbones) {
      const tower = towerName(backbone.modality, backbone.role);
      const other = byTower.get(tower);
      if (other !== undefined) {
        throw new UserError(
          `"${other.path}" and "${backbone.path}" are both ${backbone.modality} ${backbone.role}s; give one of them, or name the files as the authors do (vid_teacher.pth.tar).`,
        );
      }
      byTower.set(tower, backbone);
    }
    this.byTower = byTower;
  }

  /** Its weights by their names in the full state: `vid_student.backbone.cls_token`, ... */
  get scope(): WeightScope {
    return new WeightScope((name) => {
      const [tower] = name.split('.', 1);
      const backbone = this.byTower.get(tower);
      if (backbone === undefined) throw this.missing(tower);
      return backbone.weights.get(name.slice(`${tower}.backbone.`.length));
    });
  }

  has(modality: Modality, role: Role): boolean {
    return this.byTower.has(towerName(modality, role));
  }

  /** The backbone from which a tower starts: its own, or that of the modality's other role. */
  given(modality: Modality, role: Role): Backbone | undefined {
    const other = role === 'student' ? 'teacher' : 'student';
    return this.byTower.get(towerName(modality, role)) ?? this.byTower.get(towerName(modality, other));
  }

  /** Modalities of which no file was given. */
  missingModalities(): Modality[] {
    return modalities.filter((modality) => !this.has(modality, 'student') && !this.has(modality, 'teacher'));
  }

  /**
   * A state to train from: these backbones, the others and all heads and decoders as a fresh network of this seed. A
   * modality's missing teacher starts as a copy of its student, as in a fresh network, and the other way round.
   *
   * @param towers roles that get these weights; default: both
   */
  toState(towers: readonly Role[] = roles): TrainState {
    const state = TrainState.create(this.config);
    const { weights } = state.tensors;
    for (const modality of modalities) {
      for (const role of towers) {
        this.given(modality, role)?.weights.forEach((tensor, name) => {
          const full = backbonePrefix(modality, role) + name;
          if (weights.has(full)) state.commit({ weights: new Map([[full, tensor.clone()]]) });
        });
      }
    }
    return state;
  }

  dispose(): void {
    for (const { weights } of this.backbones) weights.forEach((tensor) => tensor.dispose());
  }

  private missing(tower: string): UserError {
    const held = this.backbones.map(({ modality, role }) => `${modality} ${role}`).join(', ');
    const [modality, role] = tower.replace('vid_', 'video ').replace('aud_', 'audio ').split(' ');
    return new UserError(
      `The files hold ${held}, but no ${modality} ${role}; add its file, or ask for features of what they hold.`,
    );
  }
}

function shapesOf(tensors: ReadonlyMap<string, TensorSource>): Map<string, readonly number[]> {
  return new Map([...tensors].map(([name, { shape }]) => [name, shape]));
}
