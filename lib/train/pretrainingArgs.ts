import type { XkdConfig } from '../config';
import type { BadClip, MediaEntry } from '../data/types';
import type { BatchSource } from './batches';
import type { ConfigChange } from './changeLog';
import type { Report } from './checkpointFolder';
import type { ProbeClips } from './health/probe';
import type { InterruptWatch } from './interrupt';
import type { TrainState } from './state';

/** What a run is made of. */
export interface PretrainingArgs {
  readonly config: XkdConfig;
  /** Training clips. */
  readonly entries: readonly MediaEntry[];
  /** Name of the data, for the run folder. */
  readonly data: string;
  /** Run folder; null keeps everything in memory. */
  readonly out: string | null;
  /** Go on from the newest sound checkpoint of `out`, bit for bit; from the start where there is none yet. */
  readonly resume?: boolean;
  /**
   * Makes the state at step 0, of which a checkpoint is written at once; default: {@link seededState}, which frozen
   * teachers refuse. Not called where a checkpoint is resumed.
   */
  readonly initial?: () => Promise<TrainState>;
  /**
   * Changes of hyperparameters to make at their steps, as another run's `changes.json` tells them ({@link readChanges}):
   * the same configuration, data and changes are the same run, bit for bit. On resuming the folder's own count.
   */
  readonly changes?: readonly ConfigChange[];
  /** Told of checkpoints that are damaged, and of what goes wrong in training; default: a warning. */
  readonly report?: Report;
  /** Tells when to stop; by default each loop listens for itself while it runs. */
  readonly interrupt?: InterruptWatch;
  /** Run each step op by op instead of as one native graph: slower, the same figures. */
  readonly eager?: boolean;
  /** Makes the clips on which the network is probed now and then; default, or where it gives null: none. */
  readonly probeClips?: () => Promise<ProbeClips | null>;
  /** Steps between probes; default: so many that they take less than 1 % of the time. */
  readonly probeSteps?: number;
  /** End the loop, with a checkpoint, when something goes wrong that makes going on vain. */
  readonly stopWhenFailing?: boolean;
  /** Opens the batches from a step on; `skipped` are clips of which it is known that they cannot be used. */
  readonly openSource: (
    startStep: number,
    steps: number,
    skipped: readonly BadClip[],
  ) => Promise<BatchSource>;
}
