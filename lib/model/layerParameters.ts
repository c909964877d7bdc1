import { type TransformerShape, mlpRatio } from '../nn/transformerShape';

/** Initialisation of a parameter (docs/method.md, sections 2 and 4). */
export type Initialiser = 'xavierUniform' | 'truncatedNormal' | 'normal' | 'zeros' | 'ones';

/** A parameter within its layer. */
export interface LayerParameter {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initialiser: Initialiser;
}

export function parameter(name: string, shape: readonly number[], initialiser: Initialiser): LayerParameter {
  return { name, shape, initialiser };
}

/** Parameters of a linear layer: `weight [outputs, inputs]` and `bias [outputs]`. */
export function linearParameters(
  prefix: string,
  inputs: number,
  outputs: number,
  initialiser: Initialiser = 'xavierUniform',
): LayerParameter[] {
  return [
    parameter(`${prefix}.weight`, [outputs, inputs], initialiser),
    parameter(`${prefix}.bias`, [outputs], 'zeros'),
  ];
}

/** Parameters of a LayerNorm: `weight [width]` and `bias [width]`. */
export function normParameters(prefix: string, width: number): LayerParameter[] {
  return [parameter(`${prefix}.weight`, [width], 'ones'), parameter(`${prefix}.bias`, [width], 'zeros')];
}

/** Parameters of one transformer block. */
export function blockParameters(prefix: string, { width }: TransformerShape): LayerParameter[] {
  return [
    ...normParameters(`${prefix}.norm1`, width),
    parameter(`${prefix}.attn.qkv.weight`, [3 * width, width], 'xavierUniform'),
    ...linearParameters(`${prefix}.attn.proj`, width, width),
    ...normParameters(`${prefix}.norm2`, width),
    ...linearParameters(`${prefix}.mlp.fc1`, width, mlpRatio * width),
    ...linearParameters(`${prefix}.mlp.fc2`, mlpRatio * width, width),
  ];
}
