import { configure } from '../../config';
import { openClipPool, openDataset, openLoader, type ClipPool, type MediaEntry } from '../../data';
import { UserError } from '../../errors';
import { PretrainingRun, probeClips } from '../../train';
import { failingCases, healthyCases, type HealthCase } from './cases';
import { faultyClips, faultySource } from './faults';

/** What was said of a run. */
export interface HealthRow {
  readonly name: string;
  readonly kind: 'failing' | 'healthy';
  readonly steps: number;
  /** Warnings with the step at which they came, and the error that ended the run, if one did. */
  readonly said: readonly { readonly step: number; readonly sentence: string }[];
  /** Whether a run that fails was named, or a healthy one left in peace. */
  readonly right: boolean;
  /** Time of the probes as a share of all. */
  readonly probeShare: number;
}

export interface HealthBenchArgs {
  /** Folder of a data set such as the sample set, extracted or not. */
  readonly data: string;
  readonly steps: number;
  /** Of an earlier call: these are not taken again. */
  readonly before: readonly HealthRow[];
  readonly onProgress: (text: string) => void;
  /** Told of each run that is done. */
  readonly onRow: (row: HealthRow) => void;
}

/** Trains networks that fail in known ways, and healthy ones, and keeps what is said of them. */
export async function runHealthBench({
  data,
  steps,
  before,
  onProgress,
  onRow,
}: HealthBenchArgs): Promise<void> {
  const { entries } = await openDataset(data);
  const train = entries.filter(({ split }) => split === null || split === 'train');
  const pool = openClipPool(configure('nano'));
  try {
    // In turn, so that a call that is cut short has some of both.
    for (const each of failingCases.flatMap((failing, i) => [failing, healthyCases[i]])) {
      if (before.some(({ name }) => name === each.name)) continue;
      onProgress(`health: ${each.name}`);
      onRow(await judgeCase(each, train, pool, steps));
    }
  } finally {
    await pool.close();
  }
}

async function judgeCase(
  { name, overrides, fault, names }: HealthCase,
  entries: readonly MediaEntry[],
  pool: ClipPool,
  steps: number,
): Promise<HealthRow> {
  const config = configure('nano', { ...overrides, 'training.steps': steps });
  const said: { step: number; sentence: string }[] = [];
  const run = await PretrainingRun.open({
    config,
    entries,
    data: 'sample',
    out: null,
    report: (sentence) => said.push({ step: run.state.step, sentence }),
    probeClips: async () => {
      const clips = await probeClips(entries, config, pool);
      return clips && fault ? faultyClips(clips, fault) : clips;
    },
    openSource: async (startStep, count) => {
      const source = await openLoader({ entries, config, startStep, steps: count, pool });
      return fault ? faultySource(source, fault) : source;
    },
  });
  const beginMs = performance.now();
  try {
    for await (const metrics of run) void metrics;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    said.push({ step: run.state.step, sentence: error.message });
  } finally {
    await run.close();
    run.state.dispose();
  }
  const right = names === null ? said.length === 0 : said.some(({ sentence }) => names.test(sentence));
  const probeShare = run.health.probeSeconds / ((performance.now() - beginMs) / 1000);
  return { name, kind: names === null ? 'healthy' : 'failing', steps, said, right, probeShare };
}
