import { availableParallelism } from 'node:os';
import { readChoice } from '@tensorflow/tfjs-node/choice';
import { graphAddon } from '@tensorflow/tfjs-node/graph';
/**
 * The only entry to TensorFlow in this project: native (`@tensorflow/tfjs-node-gpu` with the libraries installed by
 * set-up, also on a CPU), the user's own tfjs-node, or the slower plain JavaScript if no native one is available. The
 * local package behind this import first sets the environment variables that TensorFlow reads when it loads, so import
 * TensorFlow from here only. Bundles for browsers take native.browser.ts in place of this file (`browser` in
 * lib/package.json).
 */
import * as tf from '@tensorflow/tfjs-node';

/**
 * TensorFlow.js, native where it is available. Tensors are not collected as garbage: call `dispose`, or
 * compute in `tf.tidy`, which frees all tensors made in it except those that it returns.
 *
 * @example
 * ```ts
 * import { tf } from 'xkd';
 *
 * const before = tf.memory().numTensors;
 * const sums = tf.tidy(() => tf.sum(tf.tensor2d([1, 2, 3, 4], [2, 2]), 1).arraySync());
 * console.log(sums, tf.memory().numTensors - before); // [ 3, 7 ] 0
 * ```
 */
export { tf };

/** The TensorFlow of this process. */
export interface NativeInfo {
  /** `native`: TensorFlow's C library; `fallback`: plain JavaScript, far slower. */
  readonly kind: 'native' | 'fallback';
  /** Version of the TensorFlow library, or of TensorFlow.js for the fallback. */
  readonly tensorflow: string;
  readonly device: 'cpu' | 'gpu';
  /** Threads that one operation may use on the CPU. */
  readonly threads: number;
  /** Why this one was chosen, in words; empty for the usual choice. */
  readonly reason: string;
}

/** The TensorFlow that this process has loaded, and the device it computes on. */
export function nativeInfo(): NativeInfo {
  const backend = tf.backend() as Partial<NodeBackend>;
  const native = backend.binding !== undefined;
  return {
    kind: native ? 'native' : 'fallback',
    tensorflow: backend.binding?.TF_Version ?? tf.version.tfjs,
    device: backend.isUsingGpuDevice ? 'gpu' : 'cpu',
    threads: native ? Number(process.env.TF_NUM_INTRAOP_THREADS) || availableParallelism() : 1,
    reason: readChoice().reason ?? '',
  };
}

/** Names of this project's own ops (lib/native) that are available. */
export function ownOps(): readonly string[] {
  return graphAddon()?.ops ?? [];
}

/** The part of tfjs-node's backend with information on the library, which is private in its own type. */
interface NodeBackend {
  readonly binding: { readonly TF_Version: string };
  readonly isUsingGpuDevice: boolean;
}
