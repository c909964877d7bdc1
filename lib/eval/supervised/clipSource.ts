import {
  LabelledLoader,
  batchesPerEpoch,
  middleClip,
  type BadClip,
  type BadFile,
  type ClipPool,
  type LabelledAugmentation,
  type MediaEntry,
  type NdArray,
} from '../../data';
import { RandomStream } from '../../random';
import type { Source } from '../../train/batches';
import { storedFeatures, type StoredFeaturesArgs } from '../store';
import type { RowSource } from '../store/rows';
import type { LinearSettings, SupervisedSettings } from './settings';
import type { ClassifierSetup } from './state';

/** The clips of a step, or their features, with their files. */
export interface ClipBatch {
  readonly view: NdArray;
  readonly entries: readonly MediaEntry[];
  readonly skipped?: readonly BadClip[];
}

/** Source of a classifier's clips. */
export type ClipSource = Source<ClipBatch>;

export interface ClipSourceArgs {
  readonly setup: ClassifierSetup;
  readonly settings: SupervisedSettings;
  readonly entries: readonly MediaEntry[];
  readonly startStep: number;
  readonly steps: number;
  readonly pool: ClipPool;
  /** Clips known to be unusable. */
  readonly skipped: readonly BadClip[];
}

/** Clips that are decoded and augmented again in each epoch. */
export function augmentedClips({ setup, settings, ...args }: ClipSourceArgs): ClipSource {
  return new LabelledLoader({
    ...args,
    config: setup.network.config,
    modality: setup.plan.tower.modality,
    augmentation: augmentationOf(settings),
    seed: setup.seed,
    batch: settings.batch,
  });
}

/** Precomputed features. Each epoch takes the next clip of each file, in a new order. */
export class FeatureClips implements ClipSource {
  private readonly seed: RandomStream;
  private readonly stepsPerEpoch: number;
  private step: number;

  constructor(
    private readonly rows: RowSource,
    private readonly entries: readonly MediaEntry[],
    readonly skipped: readonly BadFile[],
    private readonly args: { readonly batch: number; readonly seed: number; readonly startStep: number },
  ) {
    this.seed = RandomStream.fromSeed(args.seed);
    this.stepsPerEpoch = batchesPerEpoch(entries.length, args.batch);
    this.step = args.startStep;
  }

  next(): Promise<{ view: NdArray; entries: MediaEntry[] }> {
    const { batch } = this.args;
    const { rows, entries, stepsPerEpoch } = this;
    const clips = rows.rows / entries.length;
    const epoch = Math.floor(this.step / stepsPerEpoch);
    const first = (this.step % stepsPerEpoch) * batch;
    const order = this.seed
      .split('order', epoch)
      .permutation(entries.length)
      .subarray(first, first + batch);
    const data = new Float32Array(batch * rows.columns);
    order.forEach((entry, i) => data.set(rows.read(entry * clips + (epoch % clips), 1), i * rows.columns));
    this.step++;
    const view = { data, shape: [batch, rows.columns] };
    return Promise.resolve({ view, entries: [...order].map((entry) => entries[entry]) });
  }

  /** Usable files. */
  get files(): number {
    return this.entries.length;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Computes the files' features, or reads them from the store. */
export async function openFeatureClips(
  stored: Omit<StoredFeaturesArgs, 'plan'>,
  { trainClips, batch }: LinearSettings,
  seed: number,
  startStep: number,
): Promise<FeatureClips> {
  const plan =
    trainClips === 1
      ? middleClip
      : ({ kind: 'augmented', clips: trainClips, seed, root: stored.root } as const);
  const { rows, entries, skipped } = await storedFeatures({ ...stored, plan });
  return new FeatureClips(rows[stored.modalities[0]]!, entries, skipped, { batch, seed, startStep });
}

function augmentationOf(settings: SupervisedSettings): LabelledAugmentation {
  const { cropArea, flip, erase, volume, timeWarp, randAugment, magnitude, magnitudeStd } = settings;
  const { frequencyMasks, frequencyMaskShare, timeMasks, timeMaskShare } = settings;
  return {
    cropArea,
    flip,
    randAugment: { operations: randAugment, magnitude, magnitudeStd },
    erase,
    volume,
    timeWarp,
    masks: { frequencyMasks, frequencyMaskShare, timeMasks, timeMaskShare },
  };
}
