import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFlags } from '@tensorflow/tfjs-node/environment';
import { median } from 'simple-statistics';
import { configure } from 'xkd/dist/config';
import { UserError } from 'xkd/dist/errors';
import { makeFolder, projectPath } from 'xkd/dist/files';
import type { BenchPreset } from '../options';
import { decodedClips } from '../training/run';

/** A run on several processes beside the same run on one. */
export interface ScaleRow {
  readonly preset: string;
  /** Clips of a step, of all processes. */
  readonly batch: number;
  readonly processes: number;
  /** Median over the rounds, of all processes together. */
  readonly clipsPerSecond: number;
  /** Speed over that of one process in the same round: median, least and most. */
  readonly ofOne: number;
  readonly ofOneLeast: number;
  readonly ofOneMost: number;
  /** Share of the time that rank 0 waited for others. */
  readonly waiting: number;
}

export interface ScaleBenchArgs {
  readonly presets: readonly BenchPreset[];
  /** Clips of a step; null: 48. */
  readonly batches: readonly number[] | null;
  readonly processes: readonly number[];
  readonly rounds: number;
  /** Folder of a data set; null: clips of the sample set are made, and decoded beforehand. */
  readonly data: string | null;
  readonly folder: string;
  readonly onProgress: (text: string) => void;
}

/** Steps that are not counted, in which graphs are traced; and those that are. */
const [warmUp, counted] = [10, 30];

interface Pace {
  readonly clipsPerSecond: number;
  readonly waiting: number;
}

/** Takes short runs on one and on several processes in turns. */
export async function runScaleBench(args: ScaleBenchArgs): Promise<ScaleRow[]> {
  makeFolder(args.folder);
  const folder = mkdtempSync(join(args.folder, 'scale-'));
  const rows: ScaleRow[] = [];
  try {
    for (const preset of args.presets)
      for (const batch of args.batches ?? [48]) {
        args.onProgress(`scale: ${preset}, clips for batches of ${batch}`);
        const data = args.data ?? (await decodedClips(preset, 2 * batch, folder));
        const counts = [...new Set([1, ...args.processes])];
        const paces = new Map<number, Pace[]>(counts.map((count) => [count, []]));
        for (let round = 0; round < args.rounds; round++)
          for (const count of counts) {
            args.onProgress(`scale: ${preset}, batch ${batch}: round ${round + 1}, ${count} processes`);
            paces.get(count)!.push(await measure({ preset, batch, count, data, out: join(folder, 'run') }));
          }
        for (const count of counts) rows.push(scaleRow(preset, batch, count, paces));
      }
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function scaleRow(
  preset: string,
  batch: number,
  processes: number,
  paces: ReadonlyMap<number, readonly Pace[]>,
): ScaleRow {
  const own = paces.get(processes)!;
  const ratios = own.map(({ clipsPerSecond }, round) => clipsPerSecond / paces.get(1)![round].clipsPerSecond);
  return {
    preset,
    batch,
    processes,
    clipsPerSecond: median(own.map(({ clipsPerSecond }) => clipsPerSecond)),
    ofOne: median(ratios),
    ofOneLeast: Math.min(...ratios),
    ofOneMost: Math.max(...ratios),
    waiting: median(own.map(({ waiting }) => waiting)),
  };
}

interface MeasureArgs {
  readonly preset: BenchPreset;
  readonly batch: number;
  readonly count: number;
  readonly data: string;
  readonly out: string;
}

/** One run as a user starts it. */
async function measure({ preset, batch, count, data, out }: MeasureArgs): Promise<Pace> {
  rmSync(out, { recursive: true, force: true });
  const { training } = configure(preset, {});
  const steps = warmUp + counted;
  const words = ['pretrain', '--preset', preset, '--data', data, '--out', out, '--probe-steps', '1000000'];
  const keys = [`training.batch=${batch}`, `training.steps=${steps}`, `training.checkpointSteps=${steps}`];
  if (training.precision !== 'fp32') keys.push('training.precision=fp32');
  const heard = await succeed([...words, ...(count > 1 ? ['--processes', String(count)] : []), ...keys]);
  const [head, ...rows] = readFileSync(join(out, 'metrics.csv'), 'utf8').trim().split('\n');
  const at = head.split(',').indexOf('secondsPerStep');
  const seconds = rows.slice(warmUp).map((row) => Number(row.split(',')[at]));
  const waiting = Number([...heard.matchAll(/waiting (\d+) %/g)].at(-1)?.[1] ?? 0) / 100;
  return { clipsPerSecond: batch / median(seconds), waiting };
}

function succeed(words: readonly string[]): Promise<string> {
  const main = projectPath('lib', 'dist', 'cli', 'main.js');
  const child = spawn(process.execPath, [...nodeFlags, main, ...words], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const kill = () => child.kill('SIGTERM');
  process.on('exit', kill);
  let heard = '';
  child.stderr.on('data', (text: Buffer) => (heard += text.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      process.off('exit', kill);
      if (code === 0) resolve(heard);
      else reject(new UserError(`"xkd ${words.join(' ')}" ended with ${code}: ${heard.trim()}`));
    });
  });
}
