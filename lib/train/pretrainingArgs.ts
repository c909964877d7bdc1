import type { XkdConfig } from '../config';
import type { BadClip, MediaEntry } from '../data/types';
import type { World } from '../ranks';
import type { BatchSource } from './batches';
import type { ConfigChange } from './runs/changeLog';
import type { Report } from './state/checkpointFolder';
import type { ProbeClips } from './health/probe';
import type { InterruptWatch } from './interrupt';
import type { TrainState } from './state/state';

/** Arguments of a pretraining run. */
export interface PretrainingArgs {
  readonly config: XkdConfig;
  /** Training clips. */
  readonly entries: readonly MediaEntry[];
  /** Name of the data set, for the run folder. */
  readonly data: string;
  /** Run folder; null keeps everything in memory. */
  readonly out: string | null;
  /** Resume from the newest intact checkpoint of `out`, bit for bit, or from the start if there is none yet. */
  readonly resume?: boolean;
  /**
   * Creates the state at step 0, which is written to a checkpoint immediately; default: {@link seededState}, which throws
   * if teachers are frozen. Not called when a checkpoint is resumed.
   */
  readonly initial?: () => Promise<TrainState>;
  /**
   * Changes of hyperparameters at given steps, such as another run's `changes.json` ({@link readChanges}). The same
   * configuration, data and changes give the same run, bit for bit. A resumed run uses the changes in its folder instead.
   */
  readonly changes?: readonly ConfigChange[];
  /** Called for damaged checkpoints and for problems in training; default: a warning. */
  readonly report?: Report;
  /** Signals when to stop; by default each loop listens for signals itself while it runs. */
  readonly interrupt?: InterruptWatch;
  /** Run each step op by op instead of as one native graph: slower, same figures. */
  readonly eager?: boolean;
  /** Creates the clips on which the network is probed periodically. No probes if it is missing or returns null. */
  readonly probeClips?: () => Promise<ProbeClips | null>;
  /** Steps between probes; default: chosen so that they take less than 1 % of the time. */
  readonly probeSteps?: number;
  /** End the loop, with a checkpoint, if a problem makes continuing futile. */
  readonly stopWhenFailing?: boolean;
  /** The processes that take the run together, of which this is one; rank 0 alone writes. Default: this one alone. */
  readonly world?: World | null;
  /** Folder for a second copy of the run's folder, from which it can be resumed, too; written while training goes on. */
  readonly mirror?: string;
  /** Opens the batches from a given step on; `skipped` are clips already known to be unusable. */
  readonly openSource: (
    startStep: number,
    steps: number,
    skipped: readonly BadClip[],
  ) => Promise<BatchSource>;
}
