import {
  type Modality,
  type NetworkStructure,
  fullGrid,
  modalities,
  patchValues,
  tokenCount,
} from '../config';
import { type BackbonePart, backboneParameters } from './backboneLayout';
import {
  type LayerParameter,
  blockParameters,
  linearParameters,
  normParameters,
  parameter,
} from './layerParameters';

export type { Initialiser } from './layerParameters';

/** One parameter of the model, under its name in the release's state dict. */
export interface ParameterSpec extends LayerParameter {
  readonly modality: Modality;
  /** Role of its tower; a decoder belongs to its student. */
  readonly role: Role;
  readonly part: BackbonePart | 'head' | 'decoder';
  /** False for teachers, which get no gradient, and for the fixed gain of the head's last layer. */
  readonly trainable: boolean;
  /** For a backbone: its layer for layer-wise decay ({@link backboneParameters}); else null. */
  readonly layer: number | null;
  /** True if weight decay applies: tensors of more than one dimension, never a bias (docs/method.md, section 8). */
  readonly decayed: boolean;
  /** True if its gradient is clipped: for the students' backbones and heads, not for decoders, as in the release. */
  readonly clipped: boolean;
  /** True if it belongs to the head's last layer, which `freezeLastLayerEpochs` keeps fixed. */
  readonly lastLayer: boolean;
  /** For a teacher: the name of the student's parameter that it is copied from and follows (unless frozen); else null. */
  readonly follows: string | null;
}

/** Students learn by gradients. Teachers follow them or are frozen. */
export type Role = 'student' | 'teacher';

/** Name of a tower in the release: `vid_student`, `aud_teacher`, ... */
export function towerName(modality: Modality, role: Role): string {
  return `${modality === 'video' ? 'vid' : 'aud'}_${role}`;
}

/** Name of a modality's decoder in the release. */
export function autoencoderName(modality: Modality): string {
  return modality === 'video' ? 'vid_ae' : 'aud_ae';
}

/**
 * Every stored parameter once, in a fixed order. Aliases are left out.
 *
 * @example
 * ```ts
 * import { configure, parameterSpecs } from 'xkd';
 *
 * const specs = parameterSpecs(configure('nano'));
 * const teachers = specs.filter(({ name }) => name.includes('teacher'));
 * console.log(teachers.some(({ trainable }) => trainable)); // false
 * ```
 */
export function parameterSpecs(config: NetworkStructure): ParameterSpec[] {
  const towers = (['student', 'teacher'] as const).flatMap((role) =>
    modalities.flatMap((modality) => towerSpecs(config, modality, role)),
  );
  const all = [...towers, ...modalities.flatMap((modality) => autoencoderSpecs(config, modality))];
  return all.filter(({ name }) => canonicalName(config, name) === name);
}

/**
 * The parameters as their owners name them, as if nothing were shared: a shared parameter is listed under each owner.
 *
 * @param prefix only names that begin with it, such as `vid_teacher.`
 */
export function ownedSpecs(config: NetworkStructure, prefix = ''): ParameterSpec[] {
  return parameterSpecs({ ...config, sharing: 'none' }).filter(({ name }) => name.startsWith(prefix));
}

/**
 * Name under which a weight is stored. Names share one tensor in three cases: the autoencoder's encoder is the student's
 * backbone; the head's hidden LayerNorms are one module; blocks are shared according to `sharing`.
 *
 * @example
 * ```ts
 * import { canonicalName, configure } from 'xkd';
 *
 * // Modality-agnostic students share their blocks, which are stored under the video student's names.
 * const name = 'aud_student.backbone.encoder.blocks.0.norm1.weight';
 * const stored = canonicalName(configure('nano-mas'), name);
 * console.log(stored); // vid_student.backbone.encoder.blocks.0.norm1.weight
 * ```
 */
export function canonicalName({ sharing }: NetworkStructure, name: string): string {
  const own = name
    .replace(/^(vid|aud)_ae\.encoder\./, '$1_student.backbone.')
    .replace(/\.head\.mlp\.(\d+)\.(weight|bias)$/, (whole, index: string, kind: string) =>
      Number(index) % 3 === 1 ? `.head.mlp.1.${kind}` : whole,
    );
  if (sharing !== 'none') {
    const shared = sharing === 'students' ? 'student' : '(?:student|teacher)';
    return own.replace(new RegExp(`^aud_(?=${shared}\\.backbone\\.encoder\\.blocks\\.)`), 'vid_');
  }
  return own;
}

function towerSpecs(config: NetworkStructure, modality: Modality, role: Role): ParameterSpec[] {
  const parameters = [
    ...backboneParameters(config, modality).map((each) => ({
      ...each,
      name: `backbone.${each.name}`,
      trainable: true,
      lastLayer: false,
    })),
    ...headParameters(config),
  ];
  const [tower, student] = [towerName(modality, role), towerName(modality, 'student')];
  return parameters.map((each) => ({
    ...each,
    name: `${tower}.${each.name}`,
    modality,
    role,
    trainable: role === 'student' && each.trainable,
    decayed: isDecayed(each),
    clipped: role === 'student',
    follows: role === 'student' ? null : `${student}.${each.name}`,
  }));
}

/** Biases have one dimension. */
function isDecayed({ shape }: LayerParameter): boolean {
  return shape.length > 1;
}

type HeadParameter = LayerParameter & Pick<ParameterSpec, 'part' | 'layer' | 'trainable' | 'lastLayer'>;

/** The projector: `layers` linear layers with one shared LayerNorm, then the weight-normalised last layer. */
function headParameters({ encoder, projector }: NetworkStructure): HeadParameter[] {
  const { layers, hidden, bottleneck, outputs } = projector;
  const widths = [encoder.width, ...new Array<number>(layers - 1).fill(hidden), bottleneck];
  const linears = Array.from({ length: layers }, (_, i) =>
    linearParameters(`head.mlp.${3 * i}`, widths[i], widths[i + 1], 'truncatedNormal'),
  );
  const own = { part: 'head', layer: null, trainable: true, lastLayer: false } as const;
  const last = { ...own, lastLayer: true };
  return [
    ...[...linears[0], ...normParameters('head.mlp.1', hidden), ...linears.slice(1).flat()].map((each) => ({
      ...each,
      ...own,
    })),
    { ...parameter('head.last_layer.weight_g', [outputs, 1], 'ones'), ...last, trainable: false },
    { ...parameter('head.last_layer.weight_v', [outputs, bottleneck], 'truncatedNormal'), ...last },
  ];
}

function autoencoderSpecs(config: NetworkStructure, modality: Modality): ParameterSpec[] {
  const prefix = autoencoderName(modality);
  const { encoder, decoder } = config;
  const values = patchValues(config, modality);
  const tokens = tokenCount(fullGrid(config, modality));
  const parameters = [
    parameter(`${prefix}.dec_pos_embed`, [1, 1 + tokens, decoder.width], 'truncatedNormal'),
    parameter(`${prefix}.mask_token`, [1, 1, decoder.width], 'normal'),
    // The release leaves a projection out if both widths are equal.
    ...(encoder.width === decoder.width
      ? []
      : linearParameters(`${prefix}.mid_proj`, encoder.width, decoder.width)),
    ...Array.from({ length: decoder.depth }, (_, i) =>
      blockParameters(`${prefix}.decoder.blocks.${i}`, decoder),
    ).flat(),
    ...(decoder.width === values ? [] : linearParameters(`${prefix}.out_proj`, decoder.width, values)),
  ];
  return parameters.map((each) => ({
    ...each,
    modality,
    role: 'student',
    part: 'decoder',
    layer: null,
    trainable: true,
    decayed: isDecayed(each),
    clipped: false,
    lastLayer: false,
    follows: null,
  }));
}
