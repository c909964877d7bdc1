import { join } from 'node:path';
import { formatCsvLine, makeFolder, readJson, writeFileAtomic } from '../../files';
import { shownAs } from '../../shown';
import { protocolTable } from './valueTable';
import { protocolResultSchema, type ProtocolResult } from './protocolResult';

/** The files of a result. */
export interface ResultFiles {
  /** All of it. */
  readonly json: string;
  /** A row a fold, and one of the mean. */
  readonly csv: string;
}

/**
 * Writes a result into a folder, which is made where it is missing, as `PROTOCOL-DATASET-MODALITY-TOWER-seedN.json`
 * and `.csv`; an older one of that name is replaced.
 *
 * @throws UserError where the folder can't be written
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
 * Reads a result back.
 *
 * @throws UserError where the file is missing, or no result of a protocol
 */
export function readResult(path: string): ProtocolResult {
  const sentence = (wrong: string) =>
    `"${path}" is not a result of "xkd evaluate" (${wrong}); name one that it wrote, or run it again.`;
  return shownAs(readJson(path, protocolResultSchema, sentence), protocolTable);
}

/** The name of a result's files, without their endings. */
export function resultName({ protocol, dataset, modality, tower, seed }: ProtocolResult): string {
  return `${protocol}-${dataset.name.replace(/[^\p{L}\p{N}._-]+/gu, '_')}-${modality}-${tower}-seed${seed}`;
}

/** A row a fold and one of the mean, where it was measured also the ends of its 95 % interval; a column a metric. */
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
