import { spawnSync } from 'node:child_process';
import type { XkdConfig } from 'xkd/dist/config';
import type { Dataset, MediaEntry } from 'xkd/dist/data';
import { UserError } from 'xkd/dist/errors';
import { WindowReader, type KnownFile } from 'xkd/dist/data/loader/windowReader';
import { scanMedia } from 'xkd/dist/media/probe';
import { RandomStream } from 'xkd/dist/random';
import { spreadOf } from '../statistics';
import { cpuSecondsWithChildren } from './cpuTime';

/** Sources of clips: the files, two extracted forms, or the files read by PyAV. */
export const dataSources = ['originals', 'raw', 'jpeg', 'pyav'] as const;
export type DataSource = (typeof dataSources)[number];

/** Time to decode one window, when windows are decoded one after the other in one thread. */
export interface WindowRow {
  readonly preset: string;
  readonly source: DataSource;
  /** Median over rounds of the mean over windows, and the processor time of the windows including ffmpeg. */
  readonly secondsPerClip: number;
  readonly cpuSecondsPerClip: number | null;
  /** Processor time relative to the originals (elapsed time if processor time is not known). */
  readonly ofOriginals: number;
}

export interface PyAv {
  readonly python: string;
  readonly script: string;
}

export interface WindowsArgs {
  readonly config: XkdConfig;
  readonly datasets: Readonly<Partial<Record<DataSource, Dataset>>>;
  /** Duration of each original file [s]. */
  readonly durations: readonly number[];
  readonly pyav: PyAv | null;
  readonly windows: number;
  readonly rounds: number;
  readonly onProgress: (text: string) => void;
}

interface Window {
  readonly file: number;
  readonly startTick: number;
}

interface Taken {
  readonly seconds: number;
  readonly cpuSeconds: number | null;
}

/** Decodes the same random windows from every source, in alternation. */
export async function measureWindows(
  args: WindowsArgs,
): Promise<{ rows: WindowRow[]; pyavVersion: string | null }> {
  const { config, datasets, durations, pyav, rounds } = args;
  const stream = RandomStream.fromSeed('windows');
  const { framesPerSecond, seconds } = config.clip;
  const windows = Array.from({ length: args.windows }, (): Window => {
    const file = stream.integer(0, durations.length);
    const lastTick = Math.max(0, Math.floor((durations[file] - seconds) * framesPerSecond));
    return { file, startTick: stream.integer(0, lastTick + 1) };
  });
  const sources = dataSources.filter((source) => (source === 'pyav' ? pyav !== null : datasets[source]));
  const taken = new Map<DataSource, Taken[]>(sources.map((source) => [source, []]));
  let pyavVersion: string | null = null;
  // The uncounted first round fills the disk cache and compiles.
  for (let round = -1; round < rounds; round++) {
    for (const source of sources) {
      args.onProgress(
        `${config.preset}: windows from ${source}, round ${Math.max(0, round) + 1} of ${rounds}`,
      );
      let figures: Taken;
      if (source === 'pyav') {
        const { version, ...told } = runPyAv(pyav!, config, windows, datasets.originals!.entries);
        pyavVersion = version;
        figures = told;
      } else {
        figures = await readAll(config, windows, datasets[source]!.entries, durations);
      }
      if (round >= 0) taken.get(source)!.push(figures);
    }
  }
  const median = (values: readonly number[]): number => spreadOf(values).median / windows.length;
  const rowOf = (source: DataSource) => {
    const all = taken.get(source)!;
    const cpu = all.map(({ cpuSeconds }) => cpuSeconds);
    return {
      secondsPerClip: median(all.map((each) => each.seconds)),
      cpuSecondsPerClip: cpu.some((value) => value === null) ? null : median(cpu.map(Number)),
    };
  };
  const originals = rowOf('originals');
  const rows = sources.map((source) => {
    const row = rowOf(source);
    const [own, base] = [row, originals].map((each) => each.cpuSecondsPerClip ?? each.secondsPerClip);
    return { preset: config.preset, source, ...row, ofOriginals: own / base };
  });
  return { rows, pyavVersion };
}

async function readAll(
  config: XkdConfig,
  windows: readonly Window[],
  entries: readonly MediaEntry[],
  durations: readonly number[],
): Promise<Taken> {
  const reader = new WindowReader({ config, modalities: ['video', 'audio'], wholeSeconds: 0 });
  const known = await Promise.all(entries.map((entry, file) => knownFile(entry, durations[file])));
  const startCpu = cpuSecondsWithChildren();
  const startMs = performance.now();
  for (const { file, startTick } of windows) {
    await reader.read({ file: entries[file], known: known[file], chooseStart: () => startTick });
  }
  const seconds = (performance.now() - startMs) / 1000;
  const endCpu = cpuSecondsWithChildren();
  return { seconds, cpuSeconds: startCpu === null || endCpu === null ? null : endCpu - startCpu };
}

/** A file marked as long, as in a run after its first window, so that only the window is decoded. */
async function knownFile({ path, stored }: MediaEntry, longSeconds: number): Promise<KnownFile> {
  return { stored: null, longSeconds, scanned: stored ? undefined : await scanMedia(path) };
}

interface PyAvReply {
  readonly version: string;
  readonly seconds: readonly number[];
  readonly cpuSeconds: readonly number[];
  readonly shapes: readonly (readonly [readonly number[], number])[];
}

function runPyAv(
  { python, script }: PyAv,
  { clip }: XkdConfig,
  windows: readonly Window[],
  entries: readonly MediaEntry[],
): Taken & { version: string } {
  const job = {
    windows: windows.map(({ file, startTick }) => ({
      path: entries[file].path,
      startSeconds: startTick / clip.framesPerSecond,
    })),
    clipSeconds: clip.seconds,
    framesPerSecond: clip.framesPerSecond,
    shortSide: clip.frameSize,
    sampleRateHz: clip.sampleRateHz,
  };
  const { status, stdout, stderr } = spawnSync(python, [script], {
    input: JSON.stringify(job),
    encoding: 'utf8',
  });
  if (status !== 0)
    throw new UserError(`PyAV could not decode the files (${stderr.trim().split('\n').at(-1)}).`);
  const reply = JSON.parse(stdout) as PyAvReply;
  const frames = Math.round(clip.seconds * clip.framesPerSecond);
  const odd = reply.shapes.find(([[count]]) => count !== frames);
  if (odd) throw new UserError(`PyAV gave ${odd[0][0]} frames of a window where ${frames} were asked for.`);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return { version: reply.version, seconds: sum(reply.seconds), cpuSeconds: sum(reply.cpuSeconds) };
}
