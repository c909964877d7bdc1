import { configure } from '../../config';
import { UserError } from '../../errors';
import { PretrainingRun } from '../../train';
import { failingCases, healthyCases, type HealthCase } from './cases';
import { type ProofClips, madeProofClips, readProofClips } from './clips';
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
}

export interface HealthBenchArgs {
  /** Folder of a data set such as the sample set, extracted or not; null: clips that are made here. */
  readonly data: string | null;
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
  const clips = data === null ? madeProofClips() : await readProofClips(data);
  try {
    // In turn, so that a call that is cut short has some of both.
    for (const each of failingCases.flatMap((failing, i) => [failing, healthyCases[i]])) {
      if (before.some(({ name }) => name === each.name)) continue;
      onProgress(`health: ${each.name}`);
      onRow(await judgeCase(each, clips, steps));
    }
  } finally {
    await clips.close();
  }
}

const probeSteps = 20;

/** Trains one network; one that fails no longer than to the step at which it is named. */
export async function judgeCase(
  { name, overrides, fault, names }: HealthCase,
  clips: ProofClips,
  steps: number,
): Promise<HealthRow> {
  const config = configure('nano', { ...clips.overrides, ...overrides, 'training.steps': steps });
  const said: { step: number; sentence: string }[] = [];
  const isNamed = () => names !== null && said.some(({ sentence }) => names.test(sentence));
  const run = await PretrainingRun.open({
    config,
    entries: clips.entries,
    data: 'health',
    out: null,
    probeSteps,
    report: (text) => said.push({ step: run.state.step, sentence: text.replace(/^step \d+: /, '') }),
    probeClips: async () => {
      const probed = await clips.probe(config);
      return probed && fault ? faultyClips(probed, fault) : probed;
    },
    openSource: async (startStep, count) => {
      const source = await clips.open(config, startStep, count);
      return fault ? faultySource(source, fault) : source;
    },
  });
  try {
    for await (const metrics of run) {
      void metrics;
      if (isNamed()) break;
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    said.push({ step: run.state.step, sentence: error.message });
  } finally {
    await run.close();
    run.state.dispose();
  }
  const right = names === null ? said.length === 0 : isNamed();
  return { name, kind: names === null ? 'healthy' : 'failing', steps, said, right };
}
