import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm';
import { installLoops, tf } from 'xkd/core';
import loops from '../../../lib/native/browser/loops.wasm';

/** What the page computes with, the fastest first. `cpu` is for browsers without SIMD in WebAssembly. */
export const backends = ['wasm', 'cpu'] as const;
export type Backend = (typeof backends)[number];

/** Sets the backend, by default the fastest one of this browser, and tells which it is. */
export async function startBackend(asked?: Backend): Promise<Backend> {
  if (asked !== 'cpu' && (await hasSimd())) {
    try {
      await startWebAssembly();
      return 'wasm';
    } catch (error) {
      if (asked === 'wasm') throw error;
    }
  }
  await tf.setBackend('cpu');
  return 'cpu';
}

/** The binaries are in the page: nothing is fetched, so that it works from a file and without a network. */
async function startWebAssembly(): Promise<void> {
  const { platform } = tf.env();
  platform.fetch = () => Promise.resolve(new Response(simd));
  // Threads need a page that is isolated from other origins, which a file is not.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  setWasmPaths('', true);
  if (!(await tf.setBackend('wasm'))) throw new Error('WebAssembly did not start.');
  await installLoops(loops);
}

async function hasSimd(): Promise<boolean> {
  return typeof WebAssembly === 'object' && (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) === true;
}
