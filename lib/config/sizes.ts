/** Width, depth and heads of a transformer. */
export interface TransformerSize {
  readonly width: number;
  readonly depth: number;
  readonly heads: number;
}

export type SizeName = 'tiny' | 'small' | 'base' | 'large';

/** Encoder settings that identify features, together with the weights. Only the heads do not follow from the weights. */
export function encoderIdentity({
  encoder: { width, depth, heads },
}: {
  readonly encoder: TransformerSize;
}): TransformerSize {
  return { width, depth, heads };
}

/** The release's encoders (docs/method.md, section 2). */
export const encoderSizes: Readonly<Record<SizeName, TransformerSize>> = {
  tiny: { width: 192, depth: 12, heads: 3 },
  small: { width: 384, depth: 12, heads: 6 },
  base: { width: 768, depth: 12, heads: 12 },
  large: { width: 1024, depth: 24, heads: 16 },
};

/** The release's decoders. */
export const decoderSizes: Readonly<Record<SizeName, TransformerSize>> = {
  tiny: { width: 96, depth: 4, heads: 3 },
  small: { width: 192, depth: 4, heads: 6 },
  base: { width: 384, depth: 4, heads: 12 },
  large: { width: 512, depth: 8, heads: 16 },
};
