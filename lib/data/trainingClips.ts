import type { Modality, XkdConfig } from '../config';
import { RandomStream } from '../random';
import { BadFileList, type ClipPurpose } from './badFiles';
import type { ClipViews } from './clipViews';
import { wholeSecondsFor, type ClipPool } from './pool';
import type { ClipPlace } from './tasks';
import type { BadFile, MediaEntry } from './types';

export interface TrainingClipsArgs {
  readonly entries: readonly MediaEntry[];
  readonly config: XkdConfig;
  readonly pool: ClipPool;
  /** Of the order in which an epoch visits the files. */
  readonly seed: number;
  readonly purpose: ClipPurpose;
}

/** Clips that are wanted: a stretch of an epoch. */
export interface Stretch {
  readonly epoch: number;
  /** Place of the first clip in the epoch's order. */
  readonly first: number;
  readonly clips: number;
  readonly modalities: readonly Modality[];
  /** Which clip of its file the one at a place in the epoch is. */
  readonly clipAt: (place: number) => ClipPlace;
  /** Given each clip's views by its position in the stretch, in no certain order. */
  readonly onViews: (position: number, views: ClipViews) => void;
}

/**
 * The clips of training, epoch by epoch in another order each. A file that cannot be used is replaced by the next one,
 * as the authors' release does.
 */
export class TrainingClips {
  private readonly bad: BadFileList;
  private readonly seed: RandomStream;
  private readonly wholeSeconds: number;
  private order: { epoch: number; places: Int32Array } | null = null;

  constructor(private readonly args: TrainingClipsArgs) {
    const { entries, config, seed, purpose } = args;
    this.bad = new BadFileList(entries, config.loader.maxBadShare, purpose);
    this.seed = RandomStream.fromSeed(seed);
    this.wholeSeconds = wholeSecondsFor(config, entries.length);
  }

  /** Files that could not be used so far. */
  get skipped(): BadFile[] {
    return this.bad.list;
  }

  /**
   * Decodes and augments a stretch.
   *
   * @returns the file of each clip
   * @throws UserError if too many files cannot be used
   */
  async read({ epoch, first, clips, modalities, clipAt, onViews }: Stretch): Promise<MediaEntry[]> {
    const order = this.orderOf(epoch);
    const places = Array.from({ length: clips }, (_, i) => ({ index: first + i, entry: order[first + i] }));
    const entryAt = (i: number): MediaEntry => this.args.entries[places[i].entry];
    let open = places.map((_, i) => i);
    while (open.length > 0) {
      for (const i of open) this.passBadFiles(places[i]);
      const requests = open.map((i) => ({ file: entryAt(i), place: clipAt(places[i].index) }));
      const failed: number[] = [];
      await this.args.pool.clips(requests, modalities, this.wholeSeconds, (at, outcome) => {
        const i = open[at];
        if ('views' in outcome) {
          onViews(i, outcome.views);
        } else {
          failed.push(i);
          this.bad.add(entryAt(i).path, outcome.bad);
        }
      });
      open = failed;
    }
    return places.map((_, i) => entryAt(i));
  }

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
