import type { NativeInfo } from './native';

/** What is known of the machine when ops are placed. */
export interface PlacementFacts extends Pick<NativeInfo, 'kind' | 'device'> {
  /** Whether the ops of scripts/native are there. */
  readonly hasKernels: boolean;
}

export interface Placement {
  /** Where TensorFlow puts an op that can be there; one without a GPU kernel goes to the CPU by itself. */
  readonly device: 'cpu' | 'gpu';
  /**
   * Whether the project's own ops are used. They are for the CPU alone: on a GPU all that they read and write would
   * travel to and fro, so TensorFlow's are used there.
   */
  readonly fused: boolean;
}

/**
 * Where the ops of a step go. `XKD_DEVICE=cpu` hides GPUs before TensorFlow loads, which then reports the CPU.
 */
export function placeOps({ kind, device, hasKernels }: PlacementFacts): Placement {
  return { device, fused: kind === 'native' && device === 'cpu' && hasKernels };
}
