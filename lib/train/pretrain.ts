import type { XkdConfig } from '../config';
import { openDataset } from '../data/dataset';
import { openLoader } from '../data/loader';
import type { Report } from './checkpointFolder';
import type { InterruptWatch } from './interrupt';
import { PretrainingRun } from './pretraining';
import type { TrainState } from './state';

/** The call behind `xkd pretrain`, the same from a notebook. */
export interface PretrainOptions {
  readonly config: XkdConfig;
  /** Folder of the data set: one with an index.csv, or any tree of video files. */
  readonly data: string;
  /** Run folder; null keeps everything in memory. */
  readonly out: string | null;
  /** Go on from the newest sound checkpoint in `out`, bit for bit; from the start where there is none yet. */
  readonly resume?: boolean;
  /** Makes the state at step 0; default: {@link TrainState.create}. Not called where a checkpoint is resumed. */
  readonly initial?: () => Promise<TrainState>;
  /** Told of checkpoints that are damaged; default: a warning. */
  readonly report?: Report;
  /** Tells when to stop; by default each loop listens for itself while it runs. */
  readonly interrupt?: InterruptWatch;
  /** Run each step op by op instead of as one native graph: slower, the same figures. */
  readonly eager?: boolean;
}

/** Opens a pretraining run on the training split of a data set (all of it where there are no splits). */
export async function openPretraining({ data, ...args }: PretrainOptions): Promise<PretrainingRun> {
  const dataset = await openDataset(data);
  const entries = dataset.entries.filter(({ split }) => split === null || split === 'train');
  const { config } = args;
  return PretrainingRun.open({
    ...args,
    entries,
    data,
    openSource: (startStep, steps) => openLoader({ entries, config, startStep, steps }),
  });
}
