import { openDataset, type DatasetArgs } from '../data/dataset';
import { openLoader } from '../data/loader/loader';
import { pretrainingEntries } from '../data/lists/usableEntries';
import { probeClips } from './health/plan';
import { PretrainingRun } from './pretraining';
import type { PretrainingArgs } from './pretrainingArgs';

/** Options of `xkd pretrain`, for calls from a notebook. */
export interface PretrainOptions extends Omit<PretrainingArgs, 'entries' | 'data' | 'openSource'> {
  /** Folder of the data set: one with an index.csv, or any folder tree of video files. */
  readonly data: string;
  /** How to open it, such as the name of a published data set. */
  readonly openAs?: DatasetArgs;
}

/**
 * Opens a pretraining run on the training split of a data set, or on all of it if there are no splits.
 *
 * @throws UserError if the data set has no images; no run folder is created then
 *
 * @example
 * ```ts
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { configure, openPretraining } from 'xkd';
 * import { makeSampleSet } from 'xkd/internal';
 *
 * const { folder } = await makeSampleSet({ out: join(tmpdir(), 'trained'), train: 4, test: 0 });
 * const config = configure('nano', { 'training.batch': 4, 'training.steps': 1 });
 * const run = await openPretraining({ config, data: folder, out: null });
 * for await (const { step, total } of run) console.log(step, total > 0); // 0 true
 * await run.close();
 * run.state.dispose();
 * ```
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
    openSource: (startStep, steps, skipped) => {
      const { world } = args;
      const ranks = world ? { index: world.rank, count: world.size } : undefined;
      return openLoader({ entries, config, startStep, steps, skipped, ranks });
    },
  });
}
