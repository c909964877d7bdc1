import type { NativeInfo } from './native';

/** Facts about the machine that determine the placement of ops. */
export interface PlacementFacts extends Pick<NativeInfo, 'kind' | 'device'> {
  /** True if the ops of lib/native are available. */
  readonly hasKernels: boolean;
}

export interface Placement {
  /** Where TensorFlow puts ops that have a GPU kernel; the others always run on the CPU. */
  readonly device: 'cpu' | 'gpu';
  /**
   * True if the project's own ops are used. They run on the CPU only. On a GPU their inputs and outputs would have to
   * be copied to and fro, so TensorFlow's ops are used there.
   */
  readonly fused: boolean;
}

/** Placement of a step's ops. `XKD_DEVICE=cpu` hides GPUs before TensorFlow loads, which then reports the CPU. */
export function placeOps({ kind, device, hasKernels }: PlacementFacts): Placement {
  return { device, fused: kind === 'native' && device === 'cpu' && hasKernels };
}
