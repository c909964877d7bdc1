import { modalities, type XkdConfig } from '../config';
import { UserError } from '../errors';
import { RandomStream } from '../random';
import { BadFileList } from './badFiles';
import { BatchArrays } from './batch';
import { openClipPool, wholeSecondsFor, type ClipPool } from './pool';
import type { BadFile, MediaEntry, ViewBatch } from './types';

export interface LoaderArgs {
  /** Files of the training split. */
  readonly entries: readonly MediaEntry[];
  readonly config: XkdConfig;
  /** Step of the first batch, to resume; default 0. */
  readonly startStep?: number;
  /** Steps of the whole run, after which there is no batch; default: no end. */
  readonly steps?: number;
  /** Threads and cache to share with others; by default the loader has its own. */
  readonly pool?: ClipPool;
}

/**
 * Batches of augmented views for pretraining, decoded ahead; `training.accumulate` parts of a batch one by one. The
 * batch of a step depends only on the seed, the step and the files, never on the number of threads or on where a run
 * was resumed.
 *
 * @throws UserError if there are fewer files than a batch has clips
 */
export async function openLoader(args: LoaderArgs): Promise<Loader> {
  return new Loader(args);
}

export class Loader {
  /** Batches in an epoch; what remains is left out. */
  readonly stepsPerEpoch: number;
  private readonly pool: ClipPool;
  /** By place in the run, counted in parts. */
  private readonly ahead = new Map<number, Promise<ViewBatch>>();
  private readonly bad: BadFileList;
  private readonly seed: RandomStream;
  private readonly wholeSeconds: number;
  private order: { epoch: number; places: Int32Array } | null = null;
  private place: number;
  private closed = false;

  constructor(private readonly args: LoaderArgs) {
    const { entries, config } = args;
    const { batch, accumulate } = config.training;
    if (batch > entries.length) {
      throw new UserError(
        `training.batch is ${batch}, but there are only ${entries.length} files: choose a smaller batch.`,
      );
    }
    this.stepsPerEpoch = Math.floor(entries.length / batch);
    this.place = (args.startStep ?? 0) * accumulate;
    this.bad = new BadFileList(entries, config.loader.maxBadShare);
    this.seed = RandomStream.fromSeed(config.seed);
    this.wholeSeconds = wholeSecondsFor(config, entries.length);
    this.pool = args.pool ?? openClipPool(config);
  }

  /** Files that could not be used so far and were replaced by the next one. */
  get skipped(): BadFile[] {
    return this.bad.list;
  }

  /** Batches that are made or being made beyond those handed out. */
  get batchesAhead(): number {
    return this.ahead.size;
  }

  /**
   * The next batch; further ones are made meanwhile.
   *
   * @throws UserError if too many files cannot be used
   */
  async next(): Promise<ViewBatch> {
    if (this.closed) throw new Error('The loader is closed.');
    const { steps = Infinity, config } = this.args;
    const places = steps * config.training.accumulate;
    if (this.place >= places) throw new Error(`The run has ${steps} steps; there is no batch for a further one.`);
    const place = this.place++;
    const last = Math.min(places - 1, place + config.loader.prefetch);
    for (let wanted = place; wanted <= last; wanted++) this.start(wanted);
    const batch = this.ahead.get(place)!;
    this.ahead.delete(place);
    return batch;
  }

  /** Ends decoding; a batch that is being waited for fails. Leaves no thread and no process behind. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    const pending = [...this.ahead.values()];
    if (!this.args.pool) await this.pool.close();
    await Promise.allSettled(pending);
  }

  private start(place: number): void {
    if (this.ahead.has(place)) return;
    const batch = this.makeBatch(place);
    // Whoever asks for this batch gets the error; until then it is no unhandled one.
    batch.catch(() => undefined);
    this.ahead.set(place, batch);
  }

  private async makeBatch(place: number): Promise<ViewBatch> {
    const { config } = this.args;
    const { batch, accumulate } = config.training;
    const step = Math.floor(place / accumulate);
    const part = place % accumulate;
    const clips = batch / accumulate;
    const epoch = Math.floor(step / this.stepsPerEpoch);
    const first = (step % this.stepsPerEpoch) * batch + part * clips;
    const order = this.orderOf(epoch);
    const places = Array.from({ length: clips }, (_, i) => ({ index: first + i, entry: order[first + i] }));
    const arrays = new BatchArrays(clips, config, config.views.local, modalities);
    const entryAt = (i: number): MediaEntry => this.args.entries[places[i].entry];
    let open = places.map((_, i) => i);
    while (open.length > 0) {
      for (const i of open) this.passBadFiles(places[i]);
      const requests = open.map((i) => ({
        path: entryAt(i).path,
        place: { kind: 'pretraining', epoch, index: places[i].index } as const,
      }));
      const failed: number[] = [];
      await this.pool.clips(requests, modalities, this.wholeSeconds, (at, outcome) => {
        const i = open[at];
        if ('views' in outcome) {
          arrays.set(i, outcome.views);
        } else {
          failed.push(i);
          this.bad.add(entryAt(i).path, outcome.bad);
        }
      });
      open = failed;
    }
    return { step, part, video: arrays.video, audio: arrays.audio, entries: places.map((_, i) => entryAt(i)) };
  }

  /** Takes the next file for one that cannot be used, as the authors' release does. */
  private passBadFiles(place: { entry: number }): void {
    const { entries } = this.args;
    while (this.bad.has(entries[place.entry].path)) place.entry = (place.entry + 1) % entries.length;
  }

  private orderOf(epoch: number): Int32Array {
    if (this.order?.epoch !== epoch) {
      const places = this.seed.split('order', epoch).permutation(this.args.entries.length);
      this.order = { epoch, places };
    }
    return this.order.places;
  }
}
