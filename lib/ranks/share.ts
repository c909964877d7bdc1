import { readdirSync } from 'node:fs';
import { type Launched, processorsHere } from './launched';

/**
 * What a process takes of its machine when it shares it with others of its run: a GPU of its own, by its number among
 * them, and its part of the processors. Must be set before TensorFlow is loaded; what the user or a scheduler has set
 * stays.
 */
export function shareOfMachine(
  place: Launched,
  env: NodeJS.ProcessEnv = process.env,
  gpus = gpusOf(env),
): Record<string, string> {
  if (place.localSize === 1) return {};
  const threads = env.TF_NUM_INTRAOP_THREADS ?? String(processorsHere(env));
  // A list of one is a scheduler's: it has given this process its GPU.
  if (gpus.length < 2) return { TF_NUM_INTRAOP_THREADS: threads };
  return { TF_NUM_INTRAOP_THREADS: threads, CUDA_VISIBLE_DEVICES: gpus[place.localRank % gpus.length] };
}

/** GPUs that this process may use. */
function gpusOf({ CUDA_VISIBLE_DEVICES: listed }: NodeJS.ProcessEnv): string[] {
  if (listed !== undefined) return listed.split(',').filter((name) => name !== '');
  try {
    return readdirSync('/proc/driver/nvidia/gpus').map((_, i) => String(i));
  } catch {
    return [];
  }
}
