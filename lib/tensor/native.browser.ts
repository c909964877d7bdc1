import * as tf from '@tensorflow/tfjs';
import type { NativeInfo } from './native';

/* TensorFlow in a browser: TensorFlow.js with whatever backend the page has chosen. Stands in for native.ts. */

export { tf };

/** The backend that this page computes on. */
export function nativeInfo(): NativeInfo {
  const backend = tf.getBackend();
  return {
    kind: 'fallback',
    tensorflow: tf.version.tfjs,
    device: backend === 'webgl' || backend === 'webgpu' ? 'gpu' : 'cpu',
    threads: 1,
    reason: 'This is a browser.',
  };
}

/** This project's own ops are native code, which a browser cannot run: formulas are composed of TensorFlow's ops. */
export function ownOps(): readonly string[] {
  return [];
}
