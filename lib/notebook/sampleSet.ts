import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { XkdConfig } from '../config';
import { defaultTestClips, defaultTrainClips, makeSampleSet, openDataset, type MediaEntry } from '../data';
import { readSettings } from '../data/sample/sampleSettings';
import { usualVersion } from '../data/sample/versions';
import { InUse } from '../errors';
import { parseCsv } from '../files';
import { extractFolder } from './ownVideos/extractFolder';
import { progressBar, type ProgressBar } from './progressBar';
import { projectPath } from '../files/projectPath';
import { fastMode } from './fastMode';

/** The sample set as notebooks use it. */
export interface SampleSet {
  /** Absolute path. */
  readonly folder: string;
  readonly train: readonly MediaEntry[];
  readonly test: readonly MediaEntry[];
  /** Class names, sorted. */
  readonly classes: readonly string[];
  /** Times at which an impact is visible in a clip, from its start [s]. */
  impacts(entry: MediaEntry): number[];
}

/** Number of clips of the small set for {@link fastMode}. */
const small = { train: 96, test: 64 };

/**
 * Opens `data/sample` (in fast mode the smaller `data/sample-small`), and creates it first if it is missing. If another
 * notebook or command is creating it, this waits for it, with a bar of its progress.
 */
export async function sampleSet(): Promise<SampleSet> {
  const folder = projectPath('data', fastMode() ? 'sample-small' : 'sample');
  const index = join(folder, 'index.csv');
  if (!existsSync(index)) await make(folder);
  tellOtherVersion(folder);
  const { entries, classes } = await openDataset(folder);
  const impacts = readImpacts(index);
  return {
    folder,
    classes,
    train: entries.filter(({ split }) => split === 'train'),
    test: entries.filter(({ split }) => split === 'test'),
    impacts: ({ path }) => impacts.get(relative(folder, path)) ?? [],
  };
}

/**
 * Decodes the sample set once, for all notebooks that train on it: a window of a clip then costs a read
 * instead of an ffmpeg process, with bit-identical values. Existing results are kept.
 *
 * @param config determines the size of the frames
 * @returns absolute path of a data set with the same clips, classes and splits
 */
export async function decodeSampleSet(sample: SampleSet, config: XkdConfig): Promise<string> {
  const out = `${sample.folder}-decoded`;
  await extractFolder({ dataset: await openDataset(sample.folder), out, config });
  return out;
}

/** A set of an earlier version is used as it is, since it may be wanted. */
function tellOtherVersion(folder: string): void {
  const { version = usualVersion } = readSettings(folder) ?? {};
  if (version === usualVersion) return;
  console.log(
    `"${folder}" is version ${version} of the sample set, and the notebooks describe version ${usualVersion}; remove that folder and run this cell again to have it made.`,
  );
}

async function make(folder: string): Promise<void> {
  const { train, test } = fastMode() ? small : { train: defaultTrainClips, test: defaultTestClips };
  let waiting: ProgressBar | undefined;
  for (;;) {
    let bar: ProgressBar | undefined;
    try {
      await makeSampleSet({ out: folder, train, test }, (done, total) => {
        bar ??= progressBar(total, 'making the sample set', { unit: 'clips' });
        bar.update(done);
      });
      if (!bar) waiting?.update(train + test);
      waiting?.finish();
      return;
    } catch (error) {
      if (!(error instanceof InUse)) throw error;
    } finally {
      bar?.finish();
    }
    const done = clipsThere(folder);
    waiting ??= progressBar(train + test, 'another notebook or command is making the sample set', {
      unit: 'clips',
      before: done,
    });
    waiting.update(done);
    await wait(lookMs);
  }
}

const lookMs = 500;

/** Number of clips that another process has made so far. */
function clipsThere(folder: string): number {
  try {
    return readdirSync(`${folder}.partial/clips`).filter((name) => name.endsWith('.mp4')).length;
  } catch {
    return 0; // not begun yet, or just renamed
  }
}

/** Times of the impacts, by the clip's path in the index. */
function readImpacts(index: string): Map<string, number[]> {
  const [header, ...lines] = parseCsv(readFileSync(index, 'utf8'));
  const [path, events] = [header.indexOf('path'), header.indexOf('events')];
  return new Map(
    lines.map((line) => [line[path], (line[events] ?? '').split(';').filter(Boolean).map(Number)]),
  );
}
