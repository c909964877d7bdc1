import type { Modality, XkdConfig } from '../../config';
import { RandomStream } from '../../random';
import { BadFileList, withBadClips, type ClipPurpose } from '../lists/badFiles';
import type { BatchArrays } from './batch';
import { wholeSecondsFor, type ClipPool } from './pool';
import type { ClipOutcome, ClipPlace } from './tasks';
import type { BadClip, BadFile, MediaEntry } from '../types';

export interface TrainingClipsArgs {
  readonly entries: readonly MediaEntry[];
  readonly config: XkdConfig;
  readonly pool: ClipPool;
  /** Seed for the order in which an epoch visits the files. */
  readonly seed: number;
  readonly purpose: ClipPurpose;
  /** Clips already known to be unusable. */
  readonly skipped?: readonly BadClip[];
}

/** Consecutive clips of an epoch. */
export interface EpochStretch {
  readonly epoch: number;
  /** Place of the first clip in the epoch's order. */
  readonly first: number;
  readonly clips: number;
  readonly modalities: readonly Modality[];
  /** Selects the clip of its file for a place in the epoch. */
  readonly clipAt: (place: number) => ClipPlace;
  /** Where the views of the clips are written, in their order. */
  readonly arrays: BatchArrays;
}

/** Result of reading consecutive clips. */
export interface ClipsRead {
  readonly entries: MediaEntry[];
  readonly skipped: readonly BadClip[];
}

/** A place in an epoch's order, and the clip tried for it. */
interface Place {
  entry: number;
}

/**
 * The clips of training, in a different order each epoch. An unusable clip is replaced by the next one, as in
 * the authors' release; if only a window of it is unusable, it is replaced only in this place. The content of
 * a place therefore depends only on the seed and the files, not on what was read before.
 */
export class TrainingClips {
  private readonly bad: BadFileList;
  private readonly seed: RandomStream;
  private readonly wholeSeconds: number;
  private readonly told = new Map<Modality, string>();
  private order: { epoch: number; places: Int32Array } | null = null;

  constructor(private readonly args: TrainingClipsArgs) {
    const { entries, config, seed, purpose, skipped = [] } = args;
    this.bad = new BadFileList(entries, config.loader.maxBadShare, purpose);
    for (const { clip, reason, partly } of skipped) if (!partly) this.bad.recall(entries[clip], reason);
    this.seed = RandomStream.fromSeed(seed);
    this.wholeSeconds = wholeSecondsFor(config, entries.length);
  }

  /** Unusable files so far. */
  get skipped(): BadFile[] {
    return this.bad.list;
  }

  /** Remarks on files that are used: the first of each kind. */
  get notes(): string[] {
    return [...this.told.values()];
  }

  /**
   * Decodes and augments consecutive clips of an epoch.
   *
   * @returns the file of each clip, and the clips that were skipped on the way to them
   * @throws UserError if too many files cannot be used
   */
  async read({ epoch, first, clips, modalities, clipAt, arrays }: EpochStretch): Promise<ClipsRead> {
    const order = this.orderOf(epoch);
    const places = Array.from({ length: clips }, (_, i) => ({ index: first + i, entry: order[first + i] }));
    const entryAt = (i: number): MediaEntry => this.args.entries[places[i].entry];
    const passed = places.map((): BadClip[] => []);
    let open = places.map((_, i) => i);
    while (open.length > 0) {
      for (const i of open) this.passBadClips(places[i], passed[i]);
      const requests = open.map((i) => ({
        file: entryAt(i),
        place: clipAt(places[i].index),
        position: i,
      }));
      const failed: number[] = [];
      const onClip = (at: number, outcome: ClipOutcome): void => {
        const i = open[at];
        if ('views' in outcome) {
          for (const { kind, sentence } of outcome.notes ?? [])
            if (!this.told.has(kind)) this.told.set(kind, sentence);
        } else {
          failed.push(i);
          this.bad.add(entryAt(i), outcome.bad, outcome.partly);
          if (!outcome.partly) return;
          passed[i].push({ clip: places[i].entry, reason: outcome.bad, partly: true });
          this.advance(places[i]);
        }
      };
      await this.args.pool.clips(requests, modalities, this.wholeSeconds, onClip, arrays);
      open = failed;
    }
    return { entries: places.map((_, i) => entryAt(i)), skipped: withBadClips([], passed.flat()) };
  }

  private passBadClips(place: Place, passed: BadClip[]): void {
    for (;;) {
      const reason = this.bad.reasonOf(this.args.entries[place.entry]);
      if (reason === null) return;
      passed.push({ clip: place.entry, reason });
      this.advance(place);
    }
  }

  private advance(place: Place): void {
    place.entry = (place.entry + 1) % this.args.entries.length;
  }

  private orderOf(epoch: number): Int32Array {
    if (this.order?.epoch !== epoch) {
      const places = this.seed.split('order', epoch).permutation(this.args.entries.length);
      this.order = { epoch, places };
    }
    return this.order.places;
  }
}
