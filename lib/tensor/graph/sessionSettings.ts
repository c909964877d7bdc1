import { Message } from './protobuf';

/** What a session may be told; the rest is as TensorFlow does it by default. */
export interface SessionSettings {
  /** Threads within one op; default: TensorFlow's choice. */
  readonly intraOpThreads?: number;
  /** Ops that run at the same time; default: TensorFlow's choice. */
  readonly interOpThreads?: number;
}

/** Values that a graph reads, up to which its ops are too small to be shared among threads, and memory is no matter. */
const smallGraph = 2 ** 23;

/** Whether a graph is small, by the number of values that it reads. */
export function isSmall(values: number): boolean {
  return values < smallGraph;
}

/** Of a small graph each op runs on one thread, several of them side by side: waiting for a second one takes longer. */
export function threadsFor(values: number): SessionSettings {
  return isSmall(values) ? { intraOpThreads: 1 } : {};
}

/** The bytes of `tensorflow.ConfigProto`. */
export function configProto({ intraOpThreads = 0, interOpThreads = 0 }: SessionSettings): Uint8Array {
  const gpuOptions = new Message().integer(4, 1); // allow_growth
  // Rewriting the graph at its first run takes as long as several steps and makes none of them faster (measured).
  const rewriting = new Message().integer(19, 1); // disable_meta_optimizer
  return new Message()
    .integer(2, intraOpThreads)
    .integer(5, interOpThreads)
    .bytes(6, gpuOptions)
    .bytes(10, new Message().bytes(10, rewriting))
    .integer(7, 1) // allow_soft_placement: an op without a GPU kernel runs on the CPU
    .finish();
}
