import {
  type Modality,
  type NetworkStructure,
  fullGrid,
  modalities,
  patchValues,
  tokenCount,
} from '../config';
import { type TransformerShape, mlpRatio } from '../nn/transformerShape';

/** How a parameter starts (docs/method.md, sections 2 and 4). */
export type Initialiser = 'xavierUniform' | 'truncatedNormal' | 'normal' | 'zeros' | 'ones';

/** One parameter of the model, under the name that it has in the release's state dict. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initialiser: Initialiser;
  /** False for teachers, which get no gradient, and for the fixed gain of the head's last layer. */
  readonly trainable: boolean;
}

/** Students learn by gradients; teachers follow them, or are frozen. */
export type Role = 'student' | 'teacher';

/** Name of a tower in the release: `vid_student`, `aud_teacher`, ... */
export function towerName(modality: Modality, role: Role): string {
  return `${modality === 'video' ? 'vid' : 'aud'}_${role}`;
}

/** Name of a modality's decoder in the release. */
export function autoencoderName(modality: Modality): string {
  return modality === 'video' ? 'vid_ae' : 'aud_ae';
}

/** Every parameter that is stored once, in a fixed order; names that stand for another one are left out. */
export function parameterSpecs(config: NetworkStructure): ParameterSpec[] {
  const towers = (['student', 'teacher'] as const).flatMap((role) =>
    modalities.flatMap((modality) => towerSpecs(config, modality, role)),
  );
  const all = [...towers, ...modalities.flatMap((modality) => autoencoderSpecs(config, modality))];
  return all.filter(({ name }) => canonicalName(config, name) === name);
}

/**
 * The parameters as their owners name them, as if nothing were shared: a shared one stands under each owner.
 *
 * @param prefix only names that begin with it, such as `vid_teacher.`
 */
export function ownedSpecs(config: NetworkStructure, prefix = ''): ParameterSpec[] {
  return parameterSpecs({ ...config, sharing: 'none' }).filter(({ name }) => name.startsWith(prefix));
}

/**
 * The name under which a weight is stored. Three kinds of names share one tensor: the autoencoder's encoder is the
 * student's backbone; the head's hidden LayerNorms are one module; blocks are shared as `sharing` says.
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
  const tower = towerName(modality, role);
  return [...backboneSpecs(config, modality, `${tower}.backbone`), ...headSpecs(config, `${tower}.head`)].map(
    (spec) => (role === 'teacher' ? { ...spec, trainable: false } : spec),
  );
}

function backboneSpecs(config: NetworkStructure, modality: Modality, prefix: string): ParameterSpec[] {
  const { width } = config.encoder;
  const tokens = tokenCount(fullGrid(config, modality));
  const embedding = modality === 'video' ? 'cuboid_embed' : 'patch_embed';
  return [
    parameter(`${prefix}.cls_token`, [1, 1, width], 'normal'),
    parameter(`${prefix}.enc_pos_embed`, [1, 1 + tokens, width], 'truncatedNormal'),
    ...linearSpecs(`${prefix}.${embedding}.proj`, patchValues(config, modality), width),
    ...blockSpecs(`${prefix}.encoder.blocks`, config.encoder),
    ...normSpecs(`${prefix}.encoder_norm`, width),
  ];
}

/** The projector: `layers` linear layers with one shared LayerNorm, then the weight-normalised last layer. */
function headSpecs({ encoder, projector }: NetworkStructure, prefix: string): ParameterSpec[] {
  const { layers, hidden, bottleneck, outputs } = projector;
  const widths = [encoder.width, ...new Array<number>(layers - 1).fill(hidden), bottleneck];
  const linears = Array.from({ length: layers }, (_, i) =>
    linearSpecs(`${prefix}.mlp.${3 * i}`, widths[i], widths[i + 1], 'truncatedNormal'),
  );
  return [
    ...linears[0],
    ...normSpecs(`${prefix}.mlp.1`, hidden),
    ...linears.slice(1).flat(),
    { ...parameter(`${prefix}.last_layer.weight_g`, [outputs, 1], 'ones'), trainable: false },
    parameter(`${prefix}.last_layer.weight_v`, [outputs, bottleneck], 'truncatedNormal'),
  ];
}

function autoencoderSpecs(config: NetworkStructure, modality: Modality): ParameterSpec[] {
  const prefix = autoencoderName(modality);
  const { encoder, decoder } = config;
  const values = patchValues(config, modality);
  const tokens = tokenCount(fullGrid(config, modality));
  return [
    parameter(`${prefix}.dec_pos_embed`, [1, 1 + tokens, decoder.width], 'truncatedNormal'),
    parameter(`${prefix}.mask_token`, [1, 1, decoder.width], 'normal'),
    // The release leaves a projection out where both widths are equal.
    ...(encoder.width === decoder.width
      ? []
      : linearSpecs(`${prefix}.mid_proj`, encoder.width, decoder.width)),
    ...blockSpecs(`${prefix}.decoder.blocks`, decoder),
    ...(decoder.width === values ? [] : linearSpecs(`${prefix}.out_proj`, decoder.width, values)),
  ];
}

function blockSpecs(prefix: string, { width, depth }: TransformerShape): ParameterSpec[] {
  return Array.from({ length: depth }, (_, i) => [
    ...normSpecs(`${prefix}.${i}.norm1`, width),
    parameter(`${prefix}.${i}.attn.qkv.weight`, [3 * width, width], 'xavierUniform'),
    ...linearSpecs(`${prefix}.${i}.attn.proj`, width, width),
    ...normSpecs(`${prefix}.${i}.norm2`, width),
    ...linearSpecs(`${prefix}.${i}.mlp.fc1`, width, mlpRatio * width),
    ...linearSpecs(`${prefix}.${i}.mlp.fc2`, mlpRatio * width, width),
  ]).flat();
}

function linearSpecs(
  prefix: string,
  inputs: number,
  outputs: number,
  initialiser: Initialiser = 'xavierUniform',
): ParameterSpec[] {
  return [
    parameter(`${prefix}.weight`, [outputs, inputs], initialiser),
    parameter(`${prefix}.bias`, [outputs], 'zeros'),
  ];
}

function normSpecs(prefix: string, width: number): ParameterSpec[] {
  return [parameter(`${prefix}.weight`, [width], 'ones'), parameter(`${prefix}.bias`, [width], 'zeros')];
}

function parameter(name: string, shape: readonly number[], initialiser: Initialiser): ParameterSpec {
  return { name, shape, initialiser, trainable: true };
}
