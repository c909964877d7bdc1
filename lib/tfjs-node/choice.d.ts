export interface TensorFlowChoice {
  readonly kind: 'native' | 'fallback';
  readonly tensorflow?: string;
  readonly device?: 'cpu' | 'gpu';
  readonly package?: string;
  readonly reason?: string;
}
export function readChoice(): TensorFlowChoice;
/** To be called before TensorFlow is loaded, in a process that computes no values. */
export function chooseNoLibrary(): void;
