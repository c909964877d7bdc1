import { availableParallelism } from 'node:os';
import { readChoice } from '@tensorflow/tfjs-node/choice';
/**
 * The one TensorFlow of this project: native (`@tensorflow/tfjs-node-gpu` on the libraries that set-up placed,
 * on a CPU as well), the user's own tfjs-node, or the slower plain JavaScript where no native one can be had.
 * The local package behind this import first sets the environment variables that TensorFlow reads at load,
 * so import TensorFlow from here only.
 */
import * as tf from '@tensorflow/tfjs-node';

export { tf };

/** What computes in this process. */
export interface NativeInfo {
  /** `native`: TensorFlow's C library; `fallback`: plain JavaScript, far slower. */
  readonly kind: 'native' | 'fallback';
  /** Version of the TensorFlow library, or of TensorFlow.js for the fallback. */
  readonly tensorflow: string;
  readonly device: 'cpu' | 'gpu';
  /** Threads that one operation may use on the CPU. */
  readonly threads: number;
  /** Why this one was chosen, in words; empty for the ordinary choice. */
  readonly reason: string;
}

/** Tells which TensorFlow this process has loaded, and the device it computes on. */
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

/** The part of tfjs-node's backend that tells about the library; its own type keeps these private. */
interface NodeBackend {
  readonly binding: { readonly TF_Version: string };
  readonly isUsingGpuDevice: boolean;
}
