import { relative, sep } from 'node:path';
import type { LabelledAugmentation } from './augment';
import type { ClipPlace } from './tasks';
import type { MediaEntry } from './types';

/**
 * `pretraining`: as the global views of pretraining, with large changes of colour and size; `light`: a crop of most of
 * the frame, flipped or not, and a small change of volume, so that clips look and sound much like those of the test.
 */
export type ClipAugmentation = 'pretraining' | 'light';

/** Nothing but crop, flip and volume. */
const lightAugmentation: LabelledAugmentation = {
  cropArea: [0.6, 1],
  flip: 0.5,
  randAugment: { operations: 0, magnitude: 0, magnitudeStd: 0 },
  erase: 0,
  volume: 0.1,
  timeWarp: 0,
  masks: { frequencyMasks: 0, frequencyMaskShare: 0, timeMasks: 0, timeMaskShare: 0 },
};

/** Which clips are taken of each file for evaluation. */
export type ClipPlan =
  | {
      /** Evenly spread from the file's start to its end, nothing augmented; one clip: the middle. */
      readonly kind: 'spread';
      readonly clips: number;
      /** Squares side by side along the frame's longer side; 1: the middle. */
      readonly crops: number;
    }
  | {
      /** Random stretches, augmented: for classifiers to learn from. */
      readonly kind: 'augmented';
      /** Default: `pretraining`. */
      readonly augmentation?: ClipAugmentation;
      readonly clips: number;
      readonly seed: number;
      /** Folder of the data set: draws go by a file's name below it, not by its place among other files. */
      readonly root: string;
    };

/** The middle of the middle: one clip of each file. */
export const middleClip: ClipPlan = { kind: 'spread', clips: 1, crops: 1 };

/** Crops of the frame that a clip has. */
export function cropsOf(plan: ClipPlan): number {
  return plan.kind === 'spread' ? plan.crops : 1;
}

/** The clips of one file, in order. */
export function clipPlaces(plan: ClipPlan, entry: MediaEntry): ClipPlace[] {
  return Array.from({ length: plan.clips }, (_, clip) =>
    plan.kind === 'spread'
      ? { kind: 'evaluation', clip, clips: plan.clips, crops: plan.crops }
      : {
          kind: 'augmented',
          stream: `${plan.seed}/clip of/${entryName(entry, plan.root)}/${clip}`,
          ...(plan.augmentation === 'light' && { augmentation: lightAugmentation }),
        },
  );
}

/** The name of a file, or of the stretch of it that is meant, which stays when the data set is moved. */
export function entryName({ path, startSeconds, endSeconds }: MediaEntry, root: string): string {
  const name = relative(root, path).split(sep).join('/');
  const isWhole = startSeconds === undefined && endSeconds === undefined;
  return isWhole ? name : `${name}#t=${startSeconds ?? 0},${endSeconds ?? ''}`;
}
