import type { Modality } from '../../config';
import { UserError } from '../../errors';
import { keepEntries } from '../datasets/readKnown';
import { isSoundAlone } from './mediaNames';
import type { Dataset, MediaEntry } from '../types';

/** Clips for pretraining, and a sentence about those that were excluded. */
export interface PretrainingEntries {
  readonly entries: readonly MediaEntry[];
  readonly notes: readonly string[];
}

/**
 * The clips of a data set used for pretraining: those of the training split, or all if there are no splits,
 * without sounds that have no pictures.
 *
 * @throws UserError if none is left
 */
export function pretrainingEntries({ root, entries }: Dataset): PretrainingEntries {
  const training = entries.filter(({ split }) => split === null || split === 'train');
  if (training.length === 0) {
    const splits = [...new Set(entries.flatMap(({ split }) => split ?? []))].sort();
    throw new UserError(
      `${root} has no clips to learn from, only the splits ${splits.join(', ')}: call the split to learn from "train".`,
    );
  }
  const paired = training.filter((entry) => !isSoundAlone(entry));
  const left = training.length - paired.length;
  if (paired.length === 0) {
    throw new UserError(
      `The files of ${root} hold sound alone, and pretraining learns from pictures with their sound: give videos.`,
    );
  }
  return { entries: paired, notes: left === 0 ? [] : [leftOut(left, root)] };
}

/** A data set without the clips that, judging by their names, cannot have the requested modalities. */
export function withModalities(
  dataset: Dataset,
  wanted: readonly Modality[],
): { dataset: Dataset; notes: readonly string[] } {
  const held = keepEntries(dataset, (entry) => !isSoundAlone(entry));
  const left = dataset.entries.length - held.entries.length;
  if (!wanted.includes('video') || left === 0 || held.entries.length === 0) return { dataset, notes: [] };
  return { dataset: held, notes: [leftOut(left, dataset.root)] };
}

function leftOut(count: number, root: string): string {
  return `${count} ${count === 1 ? 'sound' : 'sounds'} without pictures in ${root} ${count === 1 ? 'is' : 'are'} left out.`;
}
