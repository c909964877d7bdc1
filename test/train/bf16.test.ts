import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mean, standardDeviation } from 'simple-statistics';
import {
  type MediaEntry,
  PretrainingRun,
  type StepMetrics,
  type ViewBatch,
  type XkdConfig,
  configure,
  makeSampleSet,
  openDataset,
  openLoader,
} from 'xkd/internal';
import { hasGraphs } from 'xkd/dist/tensor/graph';

const steps = 60;
const seeds = [0, 1, 2];
const losses = ['total', 'reconstruction', 'distillation', 'alignment'] as const;
type Ends = Readonly<Record<(typeof losses)[number], number>>;

/**
 * Largest deviation of bf16 runs from single-precision runs on the same weights, clips and masks, as a share of the spread
 * between seeds: the standard deviation of the losses in the last 10 steps. Correctly rounded products deviate by at most a
 * tenth of it; weights that are rounded too deviate by 0.3 to 0.7 of it.
 */
const tolerance = 1 / 5;

function config(seed: number, precision: 'fp32' | 'bf16'): XkdConfig {
  return configure('nano', {
    seed,
    'encoder.depth': 2,
    'training.batch': 16,
    'training.steps': steps,
    'training.precision': precision,
    'optimiser.warmupEpochs': 1,
    'loader.workers': 1,
  });
}

async function batchesOf(entries: readonly MediaEntry[], seed: number): Promise<ViewBatch[]> {
  const loader = await openLoader({ entries, config: config(seed, 'fp32'), startStep: 0, steps });
  const batches: ViewBatch[] = [];
  while (batches.length < steps) batches.push(await loader.next());
  await loader.close();
  return batches;
}

/** Trains on the batches. Returns the mean losses of the last 10 steps. */
async function train(
  entries: readonly MediaEntry[],
  batches: readonly ViewBatch[],
  of: XkdConfig,
): Promise<Ends> {
  let next = 0;
  const openSource = async () => ({
    skipped: [],
    next: async () => batches[next++],
    close: async () => undefined,
  });
  const run = await PretrainingRun.open({ config: of, entries, data: 'sample', out: null, openSource });
  const rows: StepMetrics[] = [];
  for await (const row of run) rows.push(row);
  await run.close();
  run.state.dispose();
  const ends = losses.map((loss) => [loss, mean(rows.slice(-10).map((row) => row[loss]))]);
  return Object.fromEntries(ends) as Ends;
}

describe('training in bf16', function () {
  this.timeout(300_000);
  let folder: string;
  before(function () {
    if (!hasGraphs()) this.skip();
    folder = mkdtempSync(join(tmpdir(), 'xkd-bf16-'));
  });
  after(() => folder && rmSync(folder, { recursive: true, force: true }));

  it('on the sample set ends within a fifth of the spread of single precision', async () => {
    const out = join(folder, 'sample');
    await makeSampleSet({ out, train: 64, test: 0, workers: 2 });
    const { entries } = await openDataset(out);
    const ends: Record<'fp32' | 'bf16', Ends[]> = { fp32: [], bf16: [] };
    for (const seed of seeds) {
      const batches = await batchesOf(entries, seed);
      for (const precision of ['fp32', 'bf16'] as const)
        ends[precision].push(await train(entries, batches, config(seed, precision)));
    }
    for (const loss of losses) {
      const [single, rounded] = [ends.fp32, ends.bf16].map((runs) => runs.map((run) => run[loss]));
      const spread = standardDeviation(single);
      const off = mean(single.map((value, i) => Math.abs(rounded[i] - value)));
      assert.ok(off > 0, `${loss}: products were rounded`);
      assert.ok(off <= tolerance * spread, `${loss}: off by ${off}, and the seeds' spread is ${spread}`);
    }
  });
});
