import { join } from 'node:path';
import { formatCsvLine, makeFolder, readJson, writeFileAtomic } from '../../files';
import { shownAs } from '../../shown';
import { protocolTable } from './valueTable';
import { protocolResultSchema, type ProtocolResult } from './protocolResult';

/** The files of a result. */
export interface ResultFiles {
  /** The complete result. */
  readonly json: string;
  /** One row per fold, and one for the mean. */
  readonly csv: string;
}

/**
 * Writes a result to a folder as `PROTOCOL-DATASET-MODALITY-TOWER-seedN.json` and `.csv`. The folder is created if
 * necessary; older files of that name are replaced.
 *
 * @throws UserError if the folder can't be written
 */
export function writeResult(folder: string, result: ProtocolResult): ResultFiles {
  const checked = protocolResultSchema.parse(result);
  makeFolder(folder);
  const path = join(folder, resultName(result));
  const files = { json: `${path}.json`, csv: `${path}.csv` };
  writeFileAtomic(files.csv, formatResultCsv(result));
  writeFileAtomic(files.json, `${JSON.stringify(checked, null, 2)}\n`);
  return files;
}

/**
 * Reads a result from a file.
 *
 * @throws UserError if the file is missing or is not the result of a protocol
 */
export function readResult(path: string): ProtocolResult {
  const sentence = (wrong: string) =>
    `"${path}" is not a result of "xkd evaluate" (${wrong}); name one that it wrote, or run it again.`;
  return shownAs(readJson(path, protocolResultSchema, sentence) as ProtocolResult, protocolTable);
}

/** Name of a result's files, without extension. */
export function resultName({ protocol, dataset, modality, tower, seed }: ProtocolResult): string {
  return `${protocol}-${dataset.name.replace(/[^\p{L}\p{N}._-]+/gu, '_')}-${modality}-${tower}-seed${seed}`;
}

/**
 * One row per fold and one for the mean, plus the bounds of its 95 % confidence interval where it was measured. One
 * column per metric.
 */
export function formatResultCsv({ folds, metrics, intervals }: ProtocolResult): string {
  const names = Object.keys(metrics);
  const rows = folds.map((fold) => [
    fold.name,
    fold.trainClips,
    fold.testClips,
    ...names.map((name) => fold.metrics[name] ?? null),
  ]);
  const mean = ['mean', null, null, ...names.map((name) => metrics[name])];
  const ends = (['low', 'high'] as const).map((end) => [
    `95 % ${end}`,
    null,
    null,
    ...names.map((name) => intervals?.[name]?.[end] ?? null),
  ]);
  const lines = [['fold', 'trainClips', 'testClips', ...names], ...rows, mean, ...(intervals ? ends : [])];
  return `${lines.map(formatCsvLine).join('\n')}\n`;
}
