import { isDeepStrictEqual } from 'node:util';
import type { XkdConfig } from '../config';
import { openDataset, openLoader, pretrainingEntries, type ClipPool } from '../data';
import { UserError } from '../errors';
import {
  PretrainingRun,
  runLength,
  shareBatches,
  watchInterrupt,
  type InterruptWatch,
  type StepMetrics,
} from '../train';
import { comparisonFigure, type ComparisonArgs } from '../figures/method/comparison';
import { liveFigure } from './liveFigure';
import { progressBar } from './progressBar';
import { tick } from './tick';

/** One of several compared runs. */
export interface Contender {
  readonly name: string;
  readonly run: PretrainingRun;
  /** Metrics of the steps taken so far. */
  readonly history: StepMetrics[];
}

export interface SideBySideArgs {
  /** Configurations by name; they may differ in everything except the data. */
  readonly configs: Readonly<Record<string, XkdConfig>>;
  /** Folder of a data set. */
  readonly data: string;
  /** Decoder threads and cache to share with others. */
  readonly pool?: ClipPool;
  /** Runs each step op by op instead of as one native graph: slower, with the same results. */
  readonly eager?: boolean;
}

/**
 * Opens an in-memory run for each configuration; all train on the same batches, which are created once.
 *
 * @throws UserError if the configurations do not need the same batches
 */
export async function openSideBySide({ configs, data, pool, eager }: SideBySideArgs): Promise<Contender[]> {
  const named = Object.entries(configs);
  const [, config] = named[0];
  for (const [name, other] of named) checkSameData(config, name, other);
  const { entries } = pretrainingEntries(await openDataset(data));
  const { steps } = runLength(config, entries.length);
  const loader = await openLoader({ entries, config, steps, pool });
  const sources = shareBatches(loader, new Array<number>(named.length).fill(0));
  const contenders: Contender[] = [];
  try {
    for (const [i, [name, own]] of named.entries()) {
      const openSource = async () => sources[i];
      const run = await PretrainingRun.open({ config: own, entries, data, out: null, openSource, eager });
      contenders.push({ name, run, history: [] });
    }
  } catch (error) {
    contenders.forEach(({ run }) => run.state.dispose());
    await loader.close();
    throw error;
  }
  return contenders;
}

export interface WatchSideBySideArgs extends Omit<ComparisonArgs, 'histories'> {
  /** Signals when to stop; by default the function listens for interrupts itself. */
  readonly interrupt?: InterruptWatch;
}

/**
 * Takes the runs' steps in turn, with a progress bar and one live figure below the cell. JupyterLab's
 * interrupt stops it after the running step; calling it again continues.
 */
export async function watchSideBySide(
  contenders: readonly Contender[],
  args: WatchSideBySideArgs = {},
): Promise<void> {
  const total = contenders.reduce((sum, { run }) => sum + run.length.steps, 0);
  const before = contenders.reduce((sum, { run }) => sum + run.state.step, 0);
  const bar = progressBar(total, args.title ?? 'training', { unit: 'steps', before });
  const figure = () => comparisonFigure({ ...args, histories: contenders });
  const live = liveFigure(figure(), { intervalMs: 1500 });
  const watch = args.interrupt ?? watchInterrupt();
  try {
    for (let done = before + 1; done <= total && !watch.requested; done++) {
      const { name, run, history } = mostBehind(contenders);
      const metrics = await run.step();
      history.push(metrics);
      bar.update(done, `${name}: loss ${metrics.total.toFixed(3)}`);
      live.update(figure);
      await tick();
    }
    if (watch.requested) await watch.whenInsistingEnds;
  } finally {
    if (watch !== args.interrupt) watch.stop();
    bar.finish();
    live.finish();
  }
}

/** Ends the runs' threads and frees their networks. */
export async function closeSideBySide(contenders: readonly Contender[]): Promise<void> {
  for (const { run } of contenders) {
    await run.close();
    run.state.dispose();
  }
}

/** The run with the fewest steps; the first of several. */
function mostBehind(contenders: readonly Contender[]): Contender {
  return contenders.reduce((last, next) => (next.run.state.step < last.run.state.step ? next : last));
}

/** The keys that determine the clips in a batch and their views. */
const dataKeys = [
  'seed',
  'clip',
  'spectrogram',
  'views',
  'training',
  'videoAugmentation',
  'audioAugmentation',
] as const satisfies readonly (keyof XkdConfig)[];

function checkSameData(first: XkdConfig, name: string, config: XkdConfig): void {
  const differing = dataKeys.filter((key) => !isDeepStrictEqual(config[key], first[key]));
  if (differing.length === 0) return;
  throw new UserError(
    `${name} differs from the first configuration in ${differing.join(', ')}: runs side by side see the same batches, so give these the same values.`,
  );
}
