import type { RandomStream } from '../../../random';
import { operationKinds, type Operation } from './operation';

export interface RandAugmentArgs {
  /** Operations drawn for a clip, with replacement; each is applied with probability 0.5. */
  readonly operations: number;
  /** Mean strength, from 0 to 10. */
  readonly magnitude: number;
  /** Standard deviation of the strength. */
  readonly magnitudeStd: number;
}

/**
 * Draws the operations for a clip: RandAugment (Cubuk et al. 2020) as used to finetune video models, written
 * `rand-m7-n4-mstd0.5-inc1` for strength 7, 4 operations, standard deviation 0.5, and an effect that
 * increases with strength.
 */
export function drawRandAugment(stream: RandomStream, args: RandAugmentArgs): Operation[] {
  const drawn = Array.from({ length: args.operations }, () => {
    const kind = stream.pick(operationKinds);
    const applied = stream.bernoulli(applyProbability);
    const strength = stream.normal(args.magnitude, args.magnitudeStd) / mostMagnitude;
    const sign = stream.bernoulli(0.5) ? -1 : 1;
    return applied ? operationOf(kind, Math.min(1, Math.max(0, strength)), sign) : null;
  });
  return drawn.filter((operation) => operation !== null);
}

/**
 * An operation with the given strength.
 *
 * @param strength from 0 to 1
 * @param sign 1 or -1, if the operation has two directions
 */
export function operationOf(kind: Operation['kind'], strength: number, sign: 1 | -1): Operation {
  switch (kind) {
    case 'autoContrast':
    case 'equalise':
    case 'invert':
      return { kind };
    case 'posterise':
      return { kind, bits: 4 - Math.floor(4 * strength) };
    case 'solarise':
      return { kind, threshold: 256 - Math.floor(256 * strength) };
    case 'solariseAdd':
      return { kind, amount: Math.floor(110 * strength) };
    case 'colour':
    case 'contrast':
    case 'brightness':
    case 'sharpness':
      return { kind, factor: Math.max(0.1, 1 + sign * 0.9 * strength) };
    case 'rotate':
      return { kind, degrees: sign * 30 * strength };
    case 'shearX':
    case 'shearY':
      return { kind, factor: sign * 0.3 * strength };
    case 'translateX':
    case 'translateY':
      return { kind, share: sign * 0.45 * strength };
  }
}

const applyProbability = 0.5;
const mostMagnitude = 10;
