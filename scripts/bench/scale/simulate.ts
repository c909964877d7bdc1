/** What the time of a step on several processes depends on. */
export interface ScaleModel {
  /** Time of one process for its clips, forward and backward [s]. */
  readonly computeSeconds: number;
  /** Part of it after the first gradients are there, in which sending is hidden. */
  readonly backwardShare: number;
  /** Time of the update, which all do alike [s]. */
  readonly updateSeconds: number;
  /** Size of the gradients [bytes]. */
  readonly gradientBytes: number;
  /** What a process can send, while it receives as much [bytes/s]. */
  readonly bytesPerSecond: number;
  /** Size of a bucket [bytes], and the time until a message arrives [s]. */
  readonly bucketBytes: number;
  readonly latencySeconds: number;
}

/**
 * Time of a step on `processes` processes that each compute as long as one does: each sends and receives
 * 2 (N - 1) / N of its gradients, in two exchanges a bucket. All buckets but the last are sent while the backward pass goes on, as
 * far as it lasts.
 */
export function stepSeconds(model: ScaleModel, processes: number): number {
  const { computeSeconds, backwardShare, updateSeconds, gradientBytes, bytesPerSecond } = model;
  if (processes === 1) return computeSeconds + updateSeconds;
  const buckets = Math.ceil(gradientBytes / model.bucketBytes);
  const bytes = (2 * gradientBytes * (processes - 1)) / processes;
  const sending = bytes / bytesPerSecond + 2 * buckets * model.latencySeconds;
  const last = sending / buckets;
  const hidden = Math.min(sending - last, computeSeconds * backwardShare);
  return computeSeconds + updateSeconds + sending - hidden;
}

/** Clips per second of N processes over N times those of one. */
export function efficiency(model: ScaleModel, processes: number): number {
  return stepSeconds(model, 1) / stepSeconds(model, processes);
}
