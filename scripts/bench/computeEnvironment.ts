import { startEnvironment } from '@tensorflow/tfjs-node/environment';

/** What is to be added to the environment of a process of ours that computes with so many threads. */
export function computeEnvironment(threads: number): NodeJS.ProcessEnv {
  const count = String(threads);
  return {
    ...startEnvironment(process.env),
    TF_NUM_INTRAOP_THREADS: count,
    TF_NUM_INTEROP_THREADS: count,
    OMP_NUM_THREADS: count,
  };
}
