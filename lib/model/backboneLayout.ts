import { type Modality, type NetworkStructure, fullGrid, patchValues, tokenCount } from '../config';
import {
  type LayerParameter,
  blockParameters,
  linearParameters,
  normParameters,
  parameter,
} from './layerParameters';

/*
 * What a backbone consists of, without computing anything. All else reads it here: initial values, optimiser, teachers,
 * costs, figures, and the comparison of a file's weights with a configuration.
 */

/** Parts of a backbone, in the order in which a clip goes through them. */
export type BackbonePart = 'patch embedding' | 'class token, positions' | 'blocks' | 'final norm';

/** A parameter of a backbone, by its name in the authors' published files. */
export interface BackboneParameter extends LayerParameter {
  readonly part: BackbonePart;
  /** Its layer for layer-wise decay: 0 before the blocks, then block by block from 1 on, last the final norm. */
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

/** Layers of a backbone for layer-wise decay; a classifier on it is in the last one. */
export function layerCount({ depth }: NetworkStructure['encoder']): number {
  return depth + 2;
}

/** Tokens that go through the blocks for a view of so many patches: with the class token and the registers. */
export function sequenceLength({ registers }: NetworkStructure['encoder'], patches: number): number {
  return 1 + patches + registers;
}

/** Name of the layer that embeds patches. */
export function patchEmbeddingName(modality: Modality): string {
  return modality === 'video' ? 'cuboid_embed' : 'patch_embed';
}

/** Shapes of a backbone's parameters by their names. */
export type Shapes = ReadonlyMap<string, readonly number[]>;

/** The keys of `encoder` that shapes tell, and how; heads leave no trace in them. */
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
