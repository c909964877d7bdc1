import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { configure } from 'xkd/dist/config';
import { extractDataset, openDataset, type Dataset, type StoredForm } from 'xkd/dist/data';
import { storedFormFor } from 'xkd/dist/data/stored/storedForm';
import { UserError } from 'xkd/dist/errors';
import { makeFolder } from 'xkd/dist/files';
import { probe } from 'xkd/dist/media';
import type { BenchRow } from '../measure';
import type { BenchPreset } from '../options';
import { runBench } from '../run';
import { openOriginals } from './originals';
import { measureThroughput, type ThroughputRow } from './throughput';
import { measureWindows, type DataSource, type PyAv, type WindowRow } from './windows';

/** Clip rate that a step consumes, from the time of our compiled step in the same run. */
export interface DemandRow {
  readonly preset: string;
  readonly batch: number;
  readonly stepSeconds: number;
  readonly clipsPerSecond: number;
}

/** Size and speed of extraction to one form. */
export interface ExtractionRow {
  readonly preset: string;
  readonly form: StoredForm['frames'];
  readonly bytesPerHour: number;
  readonly originalBytesPerHour: number;
  /** Seconds of video extracted per second, by all threads together. */
  readonly timesRealTime: number;
}

/** Rates at which clips are read from each source. */
export interface DataReport {
  readonly files: number;
  readonly secondsOfVideo: number;
  readonly pyav: string | null;
  readonly extraction: readonly ExtractionRow[];
  readonly windows: readonly WindowRow[];
  readonly throughput: readonly ThroughputRow[];
  readonly demand: readonly DemandRow[];
}

export interface DataBenchArgs {
  readonly presets: readonly BenchPreset[];
  /** Folder of a data set; null: clips are made. */
  readonly data: string | null;
  /** Folder for temporary files. */
  readonly folder: string;
  readonly pyav: PyAv | null;
  readonly threads: number;
  /** Rows of steps that have already been measured. */
  readonly rows: readonly BenchRow[];
  readonly onProgress: (text: string) => void;
}

const windows = 24;
const rounds = 3;
const throughputSeconds = 6;
/** Batch size of the step whose time determines the demand. */
const demandBatch: Readonly<Record<BenchPreset, number>> = { nano: 48, tiny: 8, base: 2 };
const demandRounds: Readonly<Record<BenchPreset, number>> = { nano: 10, tiny: 3, base: 2 };
/** Maximum number of files taken from a given data set. */
const mostFiles = 32;

/** Measures windows, the loader and extraction, all with the same files. */
export async function runDataBench(
  args: DataBenchArgs,
): Promise<{ report: DataReport; tensorflow: string | null }> {
  makeFolder(args.folder);
  const folder = mkdtempSync(join(args.folder, 'data-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.on('exit', remove);
  try {
    args.onProgress('data: making clips');
    const { usable, durations, bytes } = await usableFiles(await openOriginals(args.data, folder));
    const secondsOfVideo = durations.reduce((sum, value) => sum + value, 0);
    const parts = { extraction: [], windows: [], throughput: [], demand: [] } as {
      -readonly [K in 'extraction' | 'windows' | 'throughput' | 'demand']: DataReport[K][number][];
    };
    let pyavVersion: string | null = null;
    let tensorflow: string | null = null;
    for (const preset of args.presets) {
      const config = configure(preset);
      const datasets: Partial<Record<DataSource, Dataset>> = { originals: usable };
      for (const form of ['raw', 'jpeg'] as const) {
        args.onProgress(`${preset}: extracting as ${form}`);
        const startMs = performance.now();
        const out = join(folder, `${preset}-${form}`);
        const { merged } = await extractDataset({
          dataset: usable,
          out,
          form: storedFormFor(config, form),
          clipsPerShard: 1,
          workers: args.threads,
        });
        const seconds = (performance.now() - startMs) / 1000;
        datasets[form] = await openDataset(out);
        parts.extraction.push({
          preset,
          form,
          bytesPerHour: (merged!.bytes / secondsOfVideo) * 3600,
          originalBytesPerHour: (bytes / secondsOfVideo) * 3600,
          timesRealTime: secondsOfVideo / seconds,
        });
      }
      const { pyav, onProgress } = args;
      const measured = await measureWindows({
        config,
        datasets,
        durations,
        pyav,
        windows,
        rounds,
        onProgress,
      });
      parts.windows.push(...measured.rows);
      pyavVersion = measured.pyavVersion;
      for (const source of ['originals', 'raw', 'jpeg'] as const)
        for (const threads of new Set([1, args.threads])) {
          onProgress(`${preset}: clips from ${source} by ${threads} threads`);
          const dataset = datasets[source]!;
          parts.throughput.push(
            await measureThroughput({ preset, source, dataset, threads, seconds: throughputSeconds }),
          );
        }
      const demand = await demandOf(preset, args);
      parts.demand.push(demand.row);
      tensorflow = demand.tensorflow ?? tensorflow;
    }
    const report = { files: usable.entries.length, secondsOfVideo, pyav: pyavVersion, ...parts };
    return { report, tensorflow };
  } finally {
    process.off('exit', remove);
    remove();
  }
}

async function usableFiles(
  dataset: Dataset,
): Promise<{ usable: Dataset; durations: number[]; bytes: number }> {
  const entries = [];
  const durations = [];
  let bytes = 0;
  const { statSync } = await import('node:fs');
  for (const entry of dataset.entries) {
    if (entries.length === mostFiles) break;
    const info = await probe(entry.path).catch(() => null);
    if (!info?.video || !info.audio || info.durationSeconds === null || entry.stored) continue;
    entries.push(entry);
    durations.push(info.durationSeconds);
    bytes += statSync(entry.path).size;
  }
  if (entries.length === 0)
    throw new UserError(
      `There are no videos with sound in ${dataset.root}: give another folder with --data.`,
    );
  return { usable: { ...dataset, entries, folds: [] }, durations, bytes };
}

/** Time of a step, from this run's rows or measured now. */
async function demandOf(
  preset: BenchPreset,
  { rows, folder, threads, onProgress }: DataBenchArgs,
): Promise<{ row: DemandRow; tensorflow: string | null }> {
  const found = rows.find((row) => row.preset === preset && row.kind === 'step' && row.engine === 'compiled');
  const rowOf = ({ batch, medianSeconds }: BenchRow): DemandRow => ({
    preset,
    batch,
    stepSeconds: medianSeconds,
    clipsPerSecond: batch / medianSeconds,
  });
  if (found) return { row: rowOf(found), tensorflow: null };
  const group = {
    preset,
    batch: demandBatch[preset],
    precision: 'fp32',
    kind: 'step',
    accumulate: 1,
    engines: ['compiled'],
    rounds: demandRounds[preset],
  } as const;
  const report = await runBench({ groups: [group], leftOut: [], threads, folder, pytorch: null, onProgress });
  return { row: rowOf(report.rows[0]), tensorflow: report.machine.tensorflow };
}
