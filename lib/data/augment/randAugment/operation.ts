/** A frame of bytes: `[3, H, W]`. */
export interface ByteFrame {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
}

/** The operations of RandAugment, as in the list used to finetune video models. */
export const operationKinds = [
  'autoContrast',
  'equalise',
  'invert',
  'rotate',
  'posterise',
  'solarise',
  'solariseAdd',
  'colour',
  'contrast',
  'brightness',
  'sharpness',
  'shearX',
  'shearY',
  'translateX',
  'translateY',
] as const;
export type OperationKind = (typeof operationKinds)[number];

/** One operation with its strength. */
export type Operation =
  /** Stretch each channel to the full range; equalise its histogram; invert it. */
  | { readonly kind: 'autoContrast' | 'equalise' | 'invert' }
  /** Keep the highest bits of each value. */
  | { readonly kind: 'posterise'; readonly bits: number }
  /** Invert values at or above the threshold. */
  | { readonly kind: 'solarise'; readonly threshold: number }
  /** Add to values below 128. */
  | { readonly kind: 'solariseAdd'; readonly amount: number }
  /** Away from (above 1) or towards (below 1) grey, the mean grey, black, the smoothed frame. */
  | { readonly kind: 'colour' | 'contrast' | 'brightness' | 'sharpness'; readonly factor: number }
  /** Anticlockwise about the centre. */
  | { readonly kind: 'rotate'; readonly degrees: number }
  /** Shift of a row (column) divided by its distance from the top (left) edge. */
  | { readonly kind: 'shearX' | 'shearY'; readonly factor: number }
  /** Shift to the left (up) divided by the frame's width (height). */
  | { readonly kind: 'translateX' | 'translateY'; readonly share: number };
