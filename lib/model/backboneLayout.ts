import { type Modality, type NetworkStructure, fullGrid, patchValues, tokenCount } from '../config';
import {
  type LayerParameter,
  blockParameters,
  linearParameters,
  normParameters,
  parameter,
} from './layerParameters';

/*
 * The layout of a backbone; nothing is computed here. Initial values, optimiser, teachers, counts, figures, and the
 * comparison of a file's weights with a configuration all read it.
 */

/** Parts of a backbone, in the order in which a clip passes through them. */
export type BackbonePart = 'patch embedding' | 'class token, positions' | 'blocks' | 'final norm';

/** A parameter of a backbone, by its name in the authors' published files. */
export interface BackboneParameter extends LayerParameter {
  readonly part: BackbonePart;
  /** Layer for layer-wise decay: 0 before the blocks, then one per block from 1 on, and last the final norm. */
  readonly layer: number;
}

/** Every parameter of a modality's backbone, in a fixed order. */
export function backboneParameters(config: NetworkStructure, modality: Modality): BackboneParameter[] {
  const { encoder } = config;
  const { width, depth, registers } = encoder;
  const patches = tokenCount(fullGrid(config, modality));
  const embedding = `${patchEmbeddingName(modality)}.proj`;
  const tokens = [
    parameter('cls_token', [1, 1, width], 'normal'),
    parameter('enc_pos_embed', [1, 1 + patches, width], 'truncatedNormal'),
    ...(registers > 0 ? [parameter('register_tokens', [1, registers, width], 'normal')] : []),
  ];
  return [
    ...inLayer(0, 'class token, positions', tokens),
    ...inLayer(0, 'patch embedding', linearParameters(embedding, patchValues(config, modality), width)),
    ...Array.from({ length: depth }, (_, i) =>
      inLayer(1 + i, 'blocks', blockParameters(`encoder.blocks.${i}`, encoder)),
    ).flat(),
    ...inLayer(1 + depth, 'final norm', normParameters('encoder_norm', width)),
  ];
}

/** Number of layers of a backbone for layer-wise decay. A classifier on top belongs to the last one. */
export function layerCount({ depth }: NetworkStructure['encoder']): number {
  return depth + 2;
}

/** Name of the layer that embeds the patches. */
export function patchEmbeddingName(modality: Modality): string {
  return modality === 'video' ? 'cuboid_embed' : 'patch_embed';
}

/** Shapes of a backbone's parameters, by name. */
export type Shapes = ReadonlyMap<string, readonly number[]>;

/** The keys of `encoder` that can be read off the shapes, and how. The number of heads cannot. */
export const encoderTraces: Readonly<Record<string, (shapes: Shapes) => number>> = {
  width: (shapes) => shapes.get('cls_token')?.[2] ?? 0,
  depth: (shapes) => {
    const blocks = [...shapes.keys()].map((name) => /^encoder\.blocks\.(\d+)\./.exec(name)?.[1]);
    return 1 + Math.max(-1, ...blocks.filter((index) => index !== undefined).map(Number));
  },
  registers: (shapes) => shapes.get('register_tokens')?.[1] ?? 0,
};

function inLayer(
  layer: number,
  part: BackbonePart,
  parameters: readonly LayerParameter[],
): BackboneParameter[] {
  return parameters.map((each) => ({ ...each, part, layer }));
}
