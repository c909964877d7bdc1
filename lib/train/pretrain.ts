import type { XkdConfig } from '../config';
import { openDataset } from '../data/dataset';
import { openLoader } from '../data/loader';
import { PretrainingRun } from './pretraining';

/** The call behind `xkd pretrain`, the same from a notebook. */
export interface PretrainOptions {
  readonly config: XkdConfig;
  /** Folder of the data set: one with an index.csv, or any tree of video files. */
  readonly data: string;
  /** Run folder; null keeps everything in memory. */
  readonly out: string | null;
  /** Go on from the newest checkpoint in `out`. */
  readonly resume?: boolean;
  /** Run each step op by op instead of as one native graph: slower, the same figures. */
  readonly eager?: boolean;
}

/** Opens a pretraining run on the training split of a data set (all of it where there are no splits). */
export async function openPretraining({
  config,
  data,
  out,
  resume,
  eager,
}: PretrainOptions): Promise<PretrainingRun> {
  const dataset = await openDataset(data);
  const train = dataset.entries.filter(({ split }) => split === null || split === 'train');
  return PretrainingRun.open({
    config,
    entries: train,
    data,
    out,
    resume,
    eager,
    openSource: (startStep, steps) => openLoader({ entries: train, config, startStep, steps }),
  });
}
