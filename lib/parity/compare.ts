import type { LossTerm } from '../model';

/** Our names of the losses recorded in the release. */
export const releaseLosses: Readonly<Record<string, LossTerm>> = {
  vid_recon_loss: 'videoReconstruction',
  aud_recon_loss: 'audioReconstruction',
  as2vs_align_loss: 'studentAlignment',
  vt2at_align_loss: 'teacherAlignment',
  vt2as_kd_loss: 'videoToAudio',
  at2vs_kd_loss: 'audioToVideo',
  recon_loss: 'reconstruction',
  cmkd_loss: 'distillation',
  alignment_loss: 'alignment',
  loss: 'total',
};

/** Largest errors allowed in float32, each relative to what its comment says. */
export const parityTolerances = {
  /** of the loss itself */
  losses: 1e-5,
  /** of the tensor's largest absolute value */
  gradients: 1e-4,
  /** of the tensor's largest absolute value */
  weights: 1e-4,
  /** of the tensor's largest absolute value */
  features: 5e-5,
} as const;

export type ParityGroup = keyof typeof parityTolerances;

/** A compared figure or tensor. */
export interface ParityRow {
  readonly group: ParityGroup;
  readonly name: string;
  /** Relative error; NaN if a value is missing or not finite. */
  readonly error: number;
}

/** Difference of two figures, relative to the expected one. */
export function relativeError(actual: number, expected: number): number {
  return Math.abs(actual - expected) / Math.abs(expected);
}

/** Largest difference, relative to the expected tensor's largest absolute value. */
export function largestError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return NaN;
  let difference = 0;
  let scale = 0;
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
    scale = Math.max(scale, Math.abs(expected[i]));
  }
  return difference === 0 ? 0 : difference / scale;
}
