import { configure } from 'xkd/dist/config';
import { UserError } from 'xkd/dist/errors';
import { PretrainingRun } from 'xkd/dist/train';
import { failingCases, healthyCases, type HealthCase } from './cases';
import { type ProofClips, madeProofClips, readProofClips } from './clips';
import { faultyClips, faultySource } from './faults';

/** Reports about a run. */
export interface HealthRow {
  readonly name: string;
  readonly kind: 'failing' | 'healthy';
  readonly steps: number;
  /** Warnings with their step, and the error that ended the run, if there was one. */
  readonly said: readonly { readonly step: number; readonly sentence: string }[];
  /** True if a failing run was reported, or nothing was reported of a healthy one. */
  readonly right: boolean;
}

export interface HealthBenchArgs {
  /** Folder of a data set such as the sample set, extracted or not; null: clips are made here. */
  readonly data: string | null;
  readonly steps: number;
  /** Rows of an earlier call, which are not run again. */
  readonly before: readonly HealthRow[];
  readonly onProgress: (text: string) => void;
  /** Called after each run. */
  readonly onRow: (row: HealthRow) => void;
}

/** Trains networks that fail in known ways, and healthy ones, and records what is reported about them. */
export async function runHealthBench({
  data,
  steps,
  before,
  onProgress,
  onRow,
}: HealthBenchArgs): Promise<void> {
  const clips = data === null ? madeProofClips() : await readProofClips(data);
  try {
    // Alternating, so that an interrupted call has some of both.
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

/** Trains one network. A failing one is trained only until it is reported. */
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
