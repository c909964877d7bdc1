import { openDataset, type DatasetArgs } from '../data/dataset';
import { openLoader } from '../data/loader';
import { pretrainingEntries } from '../data/usableEntries';
import { probeClips } from './health/plan';
import { PretrainingRun } from './pretraining';
import type { PretrainingArgs } from './pretrainingArgs';

/** The call behind `xkd pretrain`, the same from a notebook. */
export interface PretrainOptions extends Omit<PretrainingArgs, 'entries' | 'data' | 'openSource'> {
  /** Folder of the data set: one with an index.csv, or any tree of video files. */
  readonly data: string;
  /** How it is opened, such as a published data set by its name. */
  readonly openAs?: DatasetArgs;
}

/**
 * Opens a pretraining run on the training split of a data set (all of it where there are no splits).
 *
 * @throws UserError where the data set has no pictures; no run folder is made then
 */
export async function openPretraining({ data, openAs, ...args }: PretrainOptions): Promise<PretrainingRun> {
  const { entries, notes } = pretrainingEntries(await openDataset(data, openAs));
  notes.forEach(args.report ?? console.warn);
  const { config } = args;
  return PretrainingRun.open({
    probeClips: () => probeClips(entries, config),
    ...args,
    entries,
    data,
    openSource: (startStep, steps, skipped) => openLoader({ entries, config, startStep, steps, skipped }),
  });
}
