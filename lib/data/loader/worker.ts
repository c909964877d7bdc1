import { move, transferableSymbol, valueSymbol, workerData } from 'piscina';
import type { XkdConfig } from '../../config';
import { BadMedia } from '../../media';
import { RandomStream } from '../../random';
import { viewsAt, type BatchArrays } from './batch';
import { ClipViewMaker, type ClipViews } from './clipViews';
import { JpegDecoder } from '../stored/jpegDecoder';
import { OpenShards } from '../stored/openShards';
import { ReusedMemory } from '../stored/readMemory';
import { RecentFiles } from './recentFiles';
import { BadWindow, reasonOf } from './stretch';
import { keyOf, WindowReader, type FileWindow, type KnownFile } from './windowReader';
import type { ClipJob, ClipOutcome, ClipTask } from './tasks';
import type { TrackNote } from './trackNotes';

/** Start data of a worker thread. */
export interface WorkerSetup {
  readonly config: XkdConfig;
  /** Socket of the host that starts ffmpeg. */
  readonly host: string;
}

const { config, host } = workerData as unknown as WorkerSetup;
const maker = new ClipViewMaker(config);
const seed = RandomStream.fromSeed(config.seed);
const recent = new RecentFiles();
const jpegs = new JpegDecoder();
const shards = new OpenShards();
/** Memory for windows, one for each task that runs in this thread at the same time. */
const memories: ReusedMemory[] = [];

/** Makes the views of a few clips, one by one. */
export default async function makeClips(task: ClipTask): Promise<unknown> {
  const memory = memories.pop() ?? new ReusedMemory();
  try {
    return transferred(await makeAll(task, memory));
  } finally {
    memories.push(memory);
  }
}

async function makeAll(task: ClipTask, memory: ReusedMemory): Promise<ClipOutcome[]> {
  let notes: TrackNote[] = [];
  const reader = new WindowReader({
    config,
    modalities: task.modalities,
    wholeSeconds: task.wholeSeconds,
    host,
    jpegs,
    shards,
    memory,
    onNote: (note) => notes.push(note),
  });
  const outcomes: ClipOutcome[] = [];
  for (const job of task.jobs) {
    const isAlone = job.place.kind === 'pretraining' || job.known.stored;
    const key = keyOf(job.file, task.modalities, task.wholeSeconds);
    notes = [];
    const outcome = await makeClip(job, (!isAlone && recent.get(key)) || job.known, reader, task.into);
    outcomes.push('views' in outcome && notes.length > 0 ? { ...outcome, notes } : outcome);
    if (!isAlone && 'views' in outcome && outcome.learnt) recent.put(key, outcome.learnt);
  }
  return outcomes;
}

/** @param known what this thread knows of the file; the main thread may know less */
async function makeClip(
  job: ClipJob,
  known: KnownFile,
  reader: WindowReader,
  into: BatchArrays | undefined,
): Promise<ClipOutcome> {
  const { file, place } = job;
  try {
    if (place.kind === 'evaluation') {
      const { clip, clips, crops } = place;
      const chooseStart = (last: number): number =>
        Math.round(clips === 1 ? last / 2 : (last * clip) / (clips - 1));
      const window = await reader.read({ file, known, chooseStart });
      return { ...facts(window, job.known), views: maker.evaluation(window, crops) };
    }
    const isAugmented = place.kind === 'augmented';
    const stream = isAugmented
      ? RandomStream.fromSeed(place.stream)
      : seed.split('clip', place.epoch, place.index);
    const chooseStart = (last: number): number => stream.split('window').integer(0, last + 1);
    const window = await reader.read({ file, known, chooseStart });
    const out = into && viewsAt(into, job.position!);
    const views = !isAugmented
      ? maker.pretraining(window, stream, out)
      : place.augmentation
        ? maker.labelled(window, stream, place.augmentation, out)
        : maker.global(window, stream, out);
    return { ...facts(window, job.known), views: out ? written : views };
  } catch (error) {
    if (error instanceof BadMedia) return { bad: reasonOf(error, file), partly: error instanceof BadWindow };
    throw error;
  }
}

function facts({ startSeconds, known }: FileWindow, before: KnownFile) {
  return { startSeconds, learnt: news(before, known) };
}

/** The views are in the batch. */
const written: ClipViews = { video: [], audio: [] };

/** Knowledge that the main thread does not have yet. */
function news(before: KnownFile, after: KnownFile): KnownFile | null {
  const isKnown = (file: KnownFile): boolean => file.stored !== null || file.longSeconds !== null;
  return isKnown(before) || !isKnown(after) ? null : after;
}

/** Marks the views for transfer without copying. */
function transferred(outcomes: ClipOutcome[]): unknown {
  const arrays = outcomes.flatMap((outcome) => ('views' in outcome ? viewsOf(outcome.views) : []));
  return move({
    [transferableSymbol]: arrays.map((view) => view.buffer),
    [valueSymbol]: outcomes,
  });
}

function viewsOf(views: ClipViews): Float32Array[] {
  return [...views.video, ...views.audio];
}
