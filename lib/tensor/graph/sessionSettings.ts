import { Message } from './protobuf';

/** Settings of a session; everything else has TensorFlow's defaults. */
export interface SessionSettings {
  /** Threads within one op; default: TensorFlow's choice. */
  readonly intraOpThreads?: number;
  /** Ops that run concurrently; default: TensorFlow's choice. */
  readonly interOpThreads?: number;
}

/**
 * Up to this number of values that it reads, a graph is small: its ops are too small to be split among threads, and
 * memory does not matter.
 */
const smallGraph = 2 ** 23;

/** True if a graph is small, judged by the number of values that it reads. */
export function isSmall(values: number): boolean {
  return values < smallGraph;
}

/**
 * In a small graph each op runs on one thread, and several ops run concurrently: waiting for a second thread takes
 * longer.
 */
export function threadsFor(values: number): SessionSettings {
  return isSmall(values) ? { intraOpThreads: 1 } : {};
}

/** Serialised `tensorflow.ConfigProto`. */
export function configProto({ intraOpThreads = 0, interOpThreads = 0 }: SessionSettings): Uint8Array {
  const gpuOptions = new Message().integer(4, 1); // allow_growth
  // Optimising the graph at its first run takes as long as several steps, and speeds up none of them (measured).
  const rewriting = new Message().integer(19, 1); // disable_meta_optimizer
  return new Message()
    .integer(2, intraOpThreads)
    .integer(5, interOpThreads)
    .bytes(6, gpuOptions)
    .bytes(10, new Message().bytes(10, rewriting))
    .integer(7, 1) // allow_soft_placement: an op without a GPU kernel runs on the CPU
    .finish();
}
