import { modalities } from '../config';
import type { PerModality } from '../model';
import { teacherDistance, type PretrainingRun } from '../train';
import { networkOutputs, type LookedAtClips, type NetworkOutputs } from './networkOutputs';

/** The state of a run at one of its steps. */
export interface Snapshot {
  /** Steps taken. */
  readonly step: number;
  /** Outputs of the network for the clips. */
  readonly outputs: NetworkOutputs;
  /** |student - teacher| / |student| over the weights of each modality. */
  readonly teacherDistance: PerModality<number>;
}

/** The part of a run needed to observe it during training. */
export type ObservedRun = Pick<PretrainingRun, 'state' | 'length' | 'observe'>;

/**
 * Takes snapshots of a run while another cell trains it: now, and at regular intervals of its steps. Training
 * is not affected.
 *
 * @param count total number of snapshots, the first before the first step and the last after the last
 * @returns the snapshots taken so far; the list grows
 */
export function recordSnapshots(run: ObservedRun, clips: LookedAtClips, { count = 13 } = {}): Snapshot[] {
  const { steps } = run.length;
  const wanted = new Set(Array.from({ length: count }, (_, i) => Math.round((i * steps) / (count - 1))));
  const snapshots: Snapshot[] = [];
  const look = () => {
    const { step, config, tensors } = run.state;
    if (!wanted.delete(step)) return;
    const [video, audio] = modalities.map((modality) => teacherDistance(config, tensors.weights, modality));
    snapshots.push({ step, outputs: networkOutputs(run.state, clips), teacherDistance: { video, audio } });
  };
  look();
  const stop = run.observe(() => {
    look();
    if (wanted.size === 0) stop();
  });
  return snapshots;
}
