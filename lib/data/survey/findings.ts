import type { PublishedCounts } from '../datasets/layout';
import type { BadFile } from '../types';
import type { DatasetSurvey, SurveyPart } from './survey';

/** Tolerance for lists whose counts are known only to two digits. */
const approximateShare = 0.05;
const mostNamed = 5;
const shardWayOut = ' Copy these shards again, or run the same "xkd extract" again, which writes them anew.';

export interface FindingsArgs {
  /** Missing files are not a finding. */
  readonly allowMissing: boolean;
  /** Files used for both training and testing. */
  readonly shared: readonly string[];
  /** Clips without any label. */
  readonly unlabelled: readonly string[];
  /** Files that an extraction could not use. */
  readonly notExtracted: readonly BadFile[];
  readonly isExtracted: boolean;
  /** Files with several classes in a set with one class per file. */
  readonly contradicting: readonly string[];
  /** Pairs of different files in different splits that are equal byte for byte. */
  readonly duplicates: readonly string[];
}

/** Findings about what is wrong, one sentence each. */
export function findingsOf(
  survey: Omit<DatasetSurvey, 'findings' | 'notices'>,
  args: FindingsArgs,
): string[] {
  const { allowMissing, shared, unlabelled, notExtracted, contradicting, duplicates, isExtracted } = args;
  const { clips, opened, published, classes, parts, damaged } = survey;
  const findings = [...publishedFindings(survey)];
  if (clips.missing > 0 && !allowMissing) {
    const names = survey.missing.slice(0, mostNamed).map(({ name }) => name);
    findings.push(
      `${counted(clips.missing, 'listed clip has', 'listed clips have')} no file: ${named(names, clips.missing)}.`,
    );
  }
  const kept = classes.filter(({ present }) => present > 0);
  if (kept.length === 1)
    findings.push(`All clips are of one class ("${kept[0].name}"): there is nothing to tell apart.`);
  const gone = classes.filter(({ present, listed }) => present === 0 && listed > 0).map(({ name }) => name);
  if (gone.length > 0)
    findings.push(
      `${counted(gone.length, 'class has', 'classes have')} no file at all: ${named(gone.slice(0, mostNamed), gone.length)}.`,
    );
  for (const part of parts) {
    if (part.present === 0 && part.listed > 0) {
      const none = part.listed === 1 ? 'The one clip' : `None of the ${part.listed} clips`;
      findings.push(`${none} of ${part.name} is ${part.listed === 1 ? 'not ' : ''}there.`);
    } else if (part.listed === 0 && published && isNeeded(part))
      findings.push(`There is no list of ${part.name}, or it is empty.`);
  }
  if (opened && opened.broken.length > 0) {
    const names = opened.broken.slice(0, mostNamed).map(({ path, reason }) => `${path} ${reason}`);
    findings.push(
      `${counted(opened.broken.length, 'file', 'files')} cannot be used: ${named(names, opened.broken.length)}.${isExtracted ? shardWayOut : ''}`,
    );
  }
  if (notExtracted.length > 0) {
    const names = notExtracted.slice(0, mostNamed).map(({ path, reason }) => `${path} ${reason}`);
    findings.push(
      `${counted(notExtracted.length, 'file', 'files')} could not be extracted: ${named(names, notExtracted.length)}.`,
    );
  }
  if (shared.length > 0) {
    const what = counted(shared.length, 'file is', 'files are');
    findings.push(
      `${what} both learnt from and tested on: ${named(shared.slice(0, mostNamed), shared.length)}.`,
    );
  }
  if (duplicates.length > 0) {
    const what = counted(duplicates.length, 'pair of files is', 'pairs of files are');
    findings.push(
      `${what} the same byte for byte in different splits: ${named(duplicates.slice(0, mostNamed), duplicates.length)}.`,
    );
  }
  if (damaged.length > 0) {
    const what = counted(damaged.length, 'file has', 'files have');
    const names = damaged
      .slice(0, mostNamed)
      .map((file) => `${file.path} (${file.damaged} of ${file.packets} packets)`);
    findings.push(`${what} damaged packets, which are passed over: ${named(names, damaged.length)}.`);
  }
  if (contradicting.length > 0) {
    const what = counted(contradicting.length, 'file has', 'files have');
    findings.push(
      `${what} several labels: ${named(contradicting.slice(0, mostNamed), contradicting.length)}.`,
    );
  }
  if (unlabelled.length > 0 && classes.length > 0) {
    const what = counted(unlabelled.length, 'clip has', 'clips have');
    findings.push(`${what} no label: ${named(unlabelled.slice(0, mostNamed), unlabelled.length)}.`);
  }
  return findings;
}

function publishedFindings({
  published,
  classes,
  parts,
}: Omit<DatasetSurvey, 'findings' | 'notices'>): string[] {
  if (!published) return [];
  const findings: string[] = [];
  if (classes.length !== published.classes) {
    findings.push(
      `The lists name ${counted(classes.length, 'class', 'classes')}; ${published.classes} are published.`,
    );
  }
  for (const part of parts) {
    if (part.published === null || part.listed === 0 || agrees(part, published)) continue;
    const difference = Math.abs(part.listed - part.published);
    const [about, word] = [
      published.approximate ? 'about ' : '',
      part.listed < part.published ? 'fewer' : 'more',
    ];
    findings.push(
      `The lists of ${part.name} name ${counted(part.listed, 'clip', 'clips')}; ${about}${part.published} are published (${difference} ${word}).`,
    );
  }
  Object.entries(published.perClass ?? {}).forEach(([name, expected]) => {
    const p = parts.findIndex((part) => part.name === name);
    if (parts[p].present < parts[p].listed) return;
    const other = classes.filter((own) => own.parts[p] !== expected);
    if (other.length === 0) return;
    const first = `"${other[0].name}" has ${other[0].parts[p]}`;
    findings.push(
      `${counted(other.length, 'class does', 'classes do')} not have the published ${expected} clips in ${name}: ${first}.`,
    );
  });
  return findings;
}

function agrees(
  { name, listed, published }: SurveyPart,
  { approximate, alternatives }: PublishedCounts,
): boolean {
  if (alternatives?.[name]?.includes(listed)) return true;
  return Math.abs(listed - published!) <= (approximate ? approximateShare * published! : 0);
}

/** The test split of Kinetics was long published without labels; it is not used for testing. */
function isNeeded({ name, published }: SurveyPart): boolean {
  return published !== null && name !== 'test';
}

function counted(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}

function named(names: readonly string[], total: number): string {
  return names.join('; ') + (total > names.length ? '; ...' : '');
}
