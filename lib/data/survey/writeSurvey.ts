import { join } from 'node:path';
import { writeFileAtomic } from '../../files/atomicWrite';
import { formatCsvLine } from '../../files/csv';
import { makeFolder } from '../../files/folder';
import type { DatasetSurvey } from './survey';

/**
 * Writes a survey: everything as `check.json`, and the tables `classes.csv`, `missing.csv`, `left-out.csv`,
 * `broken.csv`, `damaged.csv` and `notices.csv`.
 *
 * @throws UserError if the folder cannot be written to
 */
export function writeSurvey(folder: string, survey: DatasetSurvey): void {
  makeFolder(folder);
  const { parts, classes, missing, opened, damaged, leftOut, notices } = survey;
  const table = (name: string, rows: readonly (readonly (string | number | null)[])[]): void =>
    writeFileAtomic(join(folder, name), `${rows.map(formatCsvLine).join('\n')}\n`);
  writeFileAtomic(join(folder, 'check.json'), `${JSON.stringify(survey, null, 2)}\n`);
  table('classes.csv', [
    ['class', 'listed', 'present', ...parts.map(({ name }) => name)],
    ...classes.map((own) => [own.name, own.listed, own.present, ...own.parts]),
  ]);
  table('missing.csv', [
    ['clip', 'label', 'split'],
    ...missing.map(({ name, label, split }) => [name, label, split]),
  ]);
  table('left-out.csv', [['path'], ...leftOut.map((path) => [path])]);
  table('broken.csv', [
    ['path', 'reason'],
    ...(opened?.broken ?? []).map(({ path, reason }) => [path, reason]),
  ]);
  table('damaged.csv', [
    ['path', 'damaged', 'packets'],
    ...damaged.map((file) => [file.path, file.damaged, file.packets]),
  ]);
  table('notices.csv', [
    ['kind', 'path', 'detail'],
    ...notices.flatMap(({ kind, files }) => files.map(({ path, detail }) => [kind, path, detail])),
  ]);
}
