import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { configure } from '../../config';
import { shownAs } from '../../shown';
import { checkFolder, datasetName, isKnown, openDataset, type DatasetArgs } from '../dataset';
import { readKnown } from '../datasets/readKnown';
import { readExtraction } from '../extract/settings';
import { labelledTwice, learntAndTested } from '../lists/folds';
import { audioExtensions, heldModalities, videoExtensions } from '../lists/mediaNames';
import { findMedia, shortPath } from '../lists/mediaFiles';
import type { Dataset, MediaEntry } from '../types';
import { countClips, type CountedClip } from './counted';
import { findingsOf } from './findings';
import { findDuplicates } from './duplicates';
import { lookAtFiles } from './lookAtFiles';
import { damagedFiles, noticesOf } from './notices';
import type { OpenFilesArgs } from './openFiles';
import type { DatasetSurvey } from './survey';
import { surveyTable } from './surveyTable';

export interface SurveyArgs extends Omit<DatasetArgs, 'splits' | 'missing'> {
  /** Options for opening files; null: files are not opened. */
  readonly open: OpenFilesArgs | null;
  /** Missing files are counted but are not a finding. */
  readonly allowMissing?: boolean;
}

/**
 * Surveys a data set: counts of clips by class and split beside the published ones, missing files, unusable
 * files.
 *
 * @returns null if opening files was stopped by its signal
 * @throws UserError if it is the wrong folder or its lists are invalid
 */
export async function surveyDataset(root: string, args: SurveyArgs): Promise<DatasetSurvey | null> {
  const { open, allowMissing = false } = args;
  const found = await findClips(root, args);
  const { name, published, clips, folder } = found;
  const present = clips.flatMap(({ path }) => path ?? []);
  const looked = open && (await lookAtFiles(found, open));
  if (open && !looked) return null;
  const { opened = null, seen = [] } = looked ?? {};
  const duplicates = findDuplicates(seen);
  const counted = clips.map(({ listed, path }): CountedClip => ({ listed, isPresent: path !== null }));
  const missing = clips
    .filter(({ path }) => path === null)
    .map(({ listed: { name: clip, label, labels, split } }) => ({
      name: clip,
      label: labels?.join(', ') ?? label ?? '',
      split,
    }));
  const survey = {
    format: 1 as const,
    dataset: { name, title: found.title, root: folder },
    multiLabel: found.multiLabel,
    modalities: found.modalities,
    published,
    clips: {
      listed: clips.length,
      present: present.length,
      missing: missing.length,
      unlisted: found.unlisted.length,
    },
    ...countClips(counted, found.folds, found.classes, published),
    missing,
    leftOut: found.leftOut.map((path) => shortPath(folder, path)),
    opened: opened && {
      ...opened,
      broken: opened.broken.map(({ path, reason }) => ({ path: shortPath(folder, path), reason })),
    },
    damaged: damagedFiles(seen),
  };
  const findings = findingsOf(survey, {
    allowMissing,
    shared: found.shared.map((path) => shortPath(folder, path)),
    unlabelled: clips
      .filter(({ listed: { label, labels, split } }) => !labels?.length && label === null && split !== 'test')
      .map(({ listed }) => listed.name),
    notExtracted: found.notExtracted,
    isExtracted: found.extracted !== null,
    contradicting: found.contradicting,
    duplicates: duplicates.acrossSplits,
  });
  const notices = [
    ...noticesOf(seen, configure('base').clip),
    ...(duplicates.notice ? [duplicates.notice] : []),
  ];
  return shownAs<DatasetSurvey>({ ...survey, findings, notices }, surveyTable);
}

async function findClips(root: string, args: SurveyArgs) {
  const folder = resolve(root);
  const name = datasetName(args.dataset);
  if (isKnown(name) && readExtraction(folder) === null) {
    checkFolder(root, folder, { published: true });
    const { layout, content, dataset } = await readKnown(name, root, folder);
    const { multiLabel, title, published } = layout;
    const { clips, classes, folds, unlisted } = content;
    const { modalities } = dataset;
    const shared = learntAndTested(dataset);
    const whole = {
      extracted: null,
      notExtracted: [],
      shared,
      contradicting: labelledTwice(dataset),
      leftOut: unlisted,
    };
    return {
      name,
      title,
      folder,
      multiLabel,
      modalities,
      clips,
      classes,
      folds,
      unlisted,
      published,
      ...whole,
    };
  }
  const dataset = await openDataset(root, args);
  const isExtracted = dataset.original !== undefined;
  return {
    name: name ?? ('folder' as const),
    extracted: isExtracted ? dataset : null,
    notExtracted: dataset.entries.flatMap(({ path, stored }) =>
      stored && 'error' in stored ? [{ path: shortPath(dataset.root, path), reason: stored.error }] : [],
    ),
    shared: learntAndTested(dataset),
    contradicting: labelledTwice(dataset),
    title: root,
    folder: dataset.root,
    multiLabel: dataset.multiLabel,
    modalities: heldModalities(dataset.entries),
    clips: dataset.entries.map((entry) => clipOf(entry, dataset.root, isExtracted)),
    classes: dataset.classes,
    folds: ['default'],
    unlisted: [],
    leftOut: dataset.leftOut ?? (isExtracted ? [] : notNamed(dataset)),
    published: null,
  };
}

function clipOf(entry: MediaEntry, root: string, isExtracted: boolean) {
  const { label, labels, split, path, startSeconds, endSeconds } = entry;
  const listed = {
    name: shortPath(root, path),
    label,
    labels,
    split,
    roles: [null],
    startSeconds,
    endSeconds,
  };
  const isThere = isExtracted || existsSync(path);
  return { listed, path: isThere ? path : null, sound: isThere && !isExtracted ? entry.sound : undefined };
}

/** Videos and sounds in a table's folder that the table does not list. */
function notNamed({ root, entries }: Dataset): string[] {
  const named = new Set(entries.flatMap(({ path, sound }) => [path, sound]));
  const found = findMedia(root, [...videoExtensions, ...audioExtensions]);
  return found.map(({ path }) => path).filter((path) => !named.has(path));
}
