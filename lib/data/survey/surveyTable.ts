import { extname } from 'node:path';
import type { ValueTable } from '../../shown';
import type { DatasetSurvey, Notice } from './survey';

/** A survey as a table with one row per side of a fold, followed by the findings. */
export function surveyTable({
  dataset,
  clips,
  parts,
  classes,
  opened,
  leftOut,
  findings,
  notices,
}: DatasetSurvey): ValueTable {
  const rows = [{ name: 'all', ...clips, published: null }, ...parts];
  const files =
    opened &&
    `${opened.files} files ${opened.decoded ? 'decoded' : 'opened'}, ${opened.broken.length} broken.`;
  return {
    caption: `${dataset.title}: ${clips.present} of ${clips.listed} clips are there, ${classes.length} classes`,
    rows: rows.map(({ name, listed, present, published }) => ({
      part: name,
      listed,
      present,
      missing: listed - present,
      published: published ?? '',
    })),
    notes: [...(files ? [files] : []), ...leftOutNotes(leftOut), ...verdictOf(findings, notices)],
  };
}

/** Numbers of files that are not clips, by extension. */
export function leftOutNotes(paths: readonly string[]): string[] {
  if (paths.length === 0) return [];
  const counts = new Map<string, number>();
  for (const path of paths) {
    const ending = extname(path).toLowerCase() || 'without ending';
    counts.set(ending, (counts.get(ending) ?? 0) + 1);
  }
  const kinds = [...counts].sort((a, b) => b[1] - a[1]).map(([ending, count]) => `${count} ${ending}`);
  return [
    `Left out, as no clips of the set: ${kinds.slice(0, mostKinds).join(', ')}${kinds.length > mostKinds ? ', ...' : ''}.`,
  ];
}

const mostKinds = 8;

/** The findings, then the remarks; or a statement that all is well. */
export function verdictOf(findings: readonly string[], notices: readonly Notice[]): string[] {
  if (findings.length + notices.length === 0) return ['All is well.'];
  const told = notices.map(({ sentence }) => sentence);
  return findings.length > 0 ? [...findings, ...told] : ['Nothing is wrong. Worth knowing:', ...told];
}
