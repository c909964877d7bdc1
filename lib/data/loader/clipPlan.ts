import { relative, sep } from 'node:path';
import type { LabelledAugmentation } from '../augment';
import type { ClipPlace } from './tasks';
import type { MediaEntry } from '../types';

/**
 * `pretraining`: like the global views of pretraining, with large changes of colour and size. `light`: a crop
 * of most of the frame, a random flip, and a small change of volume, so that clips look and sound much like
 * test clips.
 */
export type ClipAugmentation = 'pretraining' | 'light';

/** Only crop, flip and volume. */
const lightAugmentation: LabelledAugmentation = {
  cropArea: [0.6, 1],
  flip: 0.5,
  randAugment: { operations: 0, magnitude: 0, magnitudeStd: 0 },
  erase: 0,
  volume: 0.1,
  timeWarp: 0,
  masks: { frequencyMasks: 0, frequencyMaskShare: 0, timeMasks: 0, timeMaskShare: 0 },
};

/** Selects the clips taken from each file for evaluation. */
export type ClipPlan =
  | {
      /**
       * Evenly spaced from the file's start to its end, not augmented; a single clip is taken from the
       * middle.
       */
      readonly kind: 'spread';
      readonly clips: number;
      /** Square crops side by side along the frame's longer side; a single one is central. */
      readonly crops: number;
    }
  | {
      /** Random windows, augmented: for training classifiers. */
      readonly kind: 'augmented';
      /** Default: `pretraining`. */
      readonly augmentation?: ClipAugmentation;
      readonly clips: number;
      readonly seed: number;
      /**
       * Folder of the data set. Draws depend on a file's name relative to it, not on its position among the
       * files.
       */
      readonly root: string;
    };

/** One clip per file: the middle of the file, with a central crop. */
export const middleClip: ClipPlan = { kind: 'spread', clips: 1, crops: 1 };

/** Number of crops of a clip's frames. */
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

/** Name of a file, or of the selected part of it, that stays the same when the data set is moved. */
export function entryName({ path, startSeconds, endSeconds }: MediaEntry, root: string): string {
  const name = relative(root, path).split(sep).join('/');
  const isWhole = startSeconds === undefined && endSeconds === undefined;
  return isWhole ? name : `${name}#t=${startSeconds ?? 0},${endSeconds ?? ''}`;
}
