import { resolve } from 'node:path';
import type { DatasetSurvey, Notice } from '../data/survey';
import { leftOutNotes, verdictOf } from '../data/survey/surveyTable';

/** Number of missing or broken files that are named; the tables of --out list all of them. */
const mostNamed = 20;
const mostClasses = 10;
const mostLeftOut = 5;

/** A survey of a data set as text for a terminal. */
export function formatSurvey(survey: DatasetSurvey): string {
  const { dataset, clips, missing, opened, leftOut, findings, notices } = survey;
  const broken = (opened?.broken ?? []).map(({ path, reason }) => `${path} ${reason}`);
  const lines = [
    `${placeOf(dataset)}: ${clips.present} of ${clips.listed} clips are there${clips.unlisted > 0 ? `, and ${clips.unlisted} files that no list names` : ''}`,
    ...(survey.published ? [`published: ${survey.published.source}`] : []),
    '',
    ...partLines(survey),
    '',
    ...classLines(survey),
    ...openedLines(survey),
    ...list(
      'missing',
      missing.map(({ name }) => name),
    ),
    ...list('broken', broken),
    ...(leftOut.length > 0
      ? ['', ...leftOutNotes(leftOut), ...leftOut.slice(0, mostLeftOut).map((name) => `  ${name}`)]
      : []),
    ...(leftOut.length > mostLeftOut
      ? [`  ... and ${leftOut.length - mostLeftOut} more (--out writes all)`]
      : []),
    '',
    ...verdictLines(findings, notices),
  ];
  return `${lines.join('\n')}\n`;
}

/** Findings and notices are list items; the lines above them are not. */
function verdictLines(findings: readonly string[], notices: readonly Notice[]): string[] {
  const items = new Set([...findings, ...notices.map(({ sentence }) => sentence)]);
  return verdictOf(findings, notices).map((line) => (items.has(line) ? `- ${line}` : line));
}

/** A custom folder has no name other than its path. */
function placeOf({ title, root }: DatasetSurvey['dataset']): string {
  return resolve(title) === root ? root : `${title} in ${root}`;
}

function partLines({ parts }: DatasetSurvey): string[] {
  const width = Math.max(8, ...parts.map(({ name }) => name.length));
  return [
    `${''.padEnd(width)}     listed    present    missing  published`,
    ...parts.map(({ name, listed, present, published }) => {
      const counts = [listed, present, listed - present, published ?? '-'];
      return `${name.padEnd(width)}${counts.map((count) => String(count).padStart(11)).join('')}`;
    }),
  ];
}

function classLines({ classes, published }: DatasetSurvey): string[] {
  if (classes.length === 0) return ['no classes'];
  const sorted = [...classes].sort((a, b) => a.present - b.present);
  const width = Math.max(...sorted.slice(0, mostClasses).map(({ name }) => name.length));
  const all = published ? ` (published: ${published.classes})` : '';
  return [
    `${classes.length} ${classes.length === 1 ? 'class' : 'classes'}${all} of ${clipsText(sorted.map(({ present }) => present))}`,
    ...sorted.slice(0, mostClasses).map(({ name, present, listed }) => {
      const gone = listed > present ? ` of ${listed}` : '';
      return `  ${name.padEnd(width)} ${String(present).padStart(7)}${gone}`;
    }),
  ];
}

/** @param counts clips of each class, ascending */
function clipsText(counts: readonly number[]): string {
  const [fewest, middle, most] = [0, Math.floor(counts.length / 2), counts.length - 1].map((i) => counts[i]);
  if (fewest < most) return `${fewest} to ${most} clips, half of them ${middle} or more; the smallest:`;
  return `${most} ${most === 1 ? 'clip' : 'clips'}${counts.length > 1 ? ' each' : ''}:`;
}

function openedLines({ opened }: DatasetSurvey): string[] {
  if (!opened) return ['', 'files were not opened'];
  const { files, broken, withoutSound, withoutPictures, totalSeconds, decoded } = opened;
  const hours = (totalSeconds / 3600).toFixed(1);
  return [
    '',
    `${files} files ${decoded ? 'decoded' : 'opened'}, ${hours} hours: ${broken.length} broken, ${withoutSound} without sound, ${withoutPictures} without pictures`,
  ];
}

function list(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more =
    names.length > mostNamed ? [`  ... and ${names.length - mostNamed} more (--out writes all)`] : [];
  return ['', `${what} (${names.length}):`, ...names.slice(0, mostNamed).map((name) => `  ${name}`), ...more];
}
