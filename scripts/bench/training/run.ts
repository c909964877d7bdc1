import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFlags } from '@tensorflow/tfjs-node/environment';
import { median } from 'simple-statistics';
import { configure } from 'xkd/dist/config';
import { extractDataset, openDataset } from 'xkd/dist/data';
import { makeSampleSet } from 'xkd/dist/data/sample';
import { storedFormFor } from 'xkd/dist/data/stored/storedForm';
import { UserError } from 'xkd/dist/errors';
import { makeFolder } from 'xkd/dist/files';
import { computeEnvironment } from '../computeEnvironment';
import type { BenchPreset } from '../options';
import type { RoundArgs, TrainingRound } from './measure';

/** Whole training beside its parts: medians over rounds. */
export interface TrainingRow {
  readonly preset: string;
  readonly batch: number;
  /** Clips per second. */
  readonly whole: number;
  readonly step: number;
  readonly loader: number;
  /** Speed of the whole over that of the step in the same round. */
  readonly ofStep: number;
  readonly ofStepLeast: number;
  readonly ofStepMost: number;
  /** Share of the whole run's time in which it waited for clips. */
  readonly waiting: number;
}

export interface TrainingJob extends Omit<RoundArgs, 'entries'> {
  readonly data: string;
  readonly rounds: number;
}

export interface TrainingAnswer {
  readonly round: TrainingRound;
  readonly tensorflow: string;
}

export interface TrainingBenchArgs {
  readonly presets: readonly BenchPreset[];
  /** Clips in a step; null: a number that suits the preset. */
  readonly batches: readonly number[] | null;
  /** Rounds; null: a number that suits the preset. */
  readonly rounds: number | null;
  /** Folder of a data set, extracted or not; null: clips of the sample set are made, and decoded beforehand. */
  readonly data: string | null;
  readonly threads: number;
  /** Folder for temporary files. */
  readonly folder: string;
  readonly onProgress: (text: string) => void;
}

/** What suits the presets. */
const usual: Readonly<Record<BenchPreset, { batch: number; rounds: number; warmUp: number; steps: number }>> =
  {
    nano: { batch: 48, rounds: 5, warmUp: 20, steps: 150 },
    tiny: { batch: 8, rounds: 3, warmUp: 3, steps: 15 },
    base: { batch: 8, rounds: 2, warmUp: 2, steps: 5 },
  };

/** Measures whole runs, their steps and their loaders in turns. */
export async function runTrainingBench(
  args: TrainingBenchArgs,
): Promise<{ rows: TrainingRow[]; tensorflow: string | null }> {
  makeFolder(args.folder);
  const folder = mkdtempSync(join(args.folder, 'training-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.on('exit', remove);
  const rows: TrainingRow[] = [];
  let tensorflow: string | null = null;
  try {
    for (const preset of args.presets)
      for (const batch of args.batches ?? [usual[preset].batch]) {
        const { rounds: usualRounds, warmUp, steps } = usual[preset];
        const rounds = args.rounds ?? usualRounds;
        args.onProgress(`run: ${preset}, clips for batches of ${batch}`);
        const data = args.data ?? (await decodedClips(preset, 2 * batch, folder));
        // Longer than the measurement, whatever the number of clips.
        const config = configure(preset, { 'training.batch': batch, 'training.steps': 2 * (warmUp + steps) });
        const job = { config, data, rounds, warmUp, steps };
        const measured: TrainingRound[] = [];
        await runWorker(join(folder, 'job.json'), job, args.threads, (answer) => {
          measured.push(answer.round);
          tensorflow = answer.tensorflow;
          args.onProgress(`run: ${preset}, batch ${batch}: round ${measured.length} of ${rounds}`);
        });
        rows.push(summary(preset, batch, measured));
      }
    return { rows, tensorflow };
  } finally {
    process.off('exit', remove);
    remove();
  }
}

/** Medians of some rounds. */
export function summary(preset: string, batch: number, rounds: readonly TrainingRound[]): TrainingRow {
  const ratios = rounds.map(({ whole, step }) => whole / step);
  return {
    preset,
    batch,
    whole: median(rounds.map(({ whole }) => whole)),
    step: median(rounds.map(({ step }) => step)),
    loader: median(rounds.map(({ loader }) => loader)),
    ofStep: median(ratios),
    ofStepLeast: Math.min(...ratios),
    ofStepMost: Math.max(...ratios),
    waiting: median(rounds.map(({ waiting }) => waiting)),
  };
}

/** Clips of the sample set, decoded as the preset needs them. */
export async function decodedClips(preset: BenchPreset, clips: number, folder: string): Promise<string> {
  const made = join(folder, `clips-${clips}`);
  await makeSampleSet({ out: made, train: clips, test: 0 });
  const out = join(folder, `${preset}-${clips}`);
  await extractDataset({ dataset: await openDataset(made), out, form: storedFormFor(configure(preset)) });
  return out;
}

function runWorker(
  file: string,
  job: TrainingJob,
  threads: number,
  onAnswer: (answer: TrainingAnswer) => void,
): Promise<void> {
  writeFileSync(file, JSON.stringify(job));
  const child = fork(join(__dirname, 'worker.js'), [file], {
    execArgv: [...nodeFlags],
    env: { ...process.env, ...computeEnvironment(threads) },
  });
  const kill = () => child.kill('SIGKILL');
  process.on('exit', kill);
  child.on('message', (message) => onAnswer(message as TrainingAnswer));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      process.off('exit', kill);
      if (code === 0) return resolve();
      reject(
        new UserError(`The process that trains ended with ${signal ?? `code ${code}`}; its words are above.`),
      );
    });
  });
}
