import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileError, writeFileAtomic } from '../../files';
import { lookAt } from '../../files/folder';
import { readText } from '../../files/readText';

/** A problem, or suspected problem, of a run in plain words. */
export interface RunWarning {
  /** Number of steps taken when it was noticed. */
  readonly step: number;
  readonly sentence: string;
}

/** Path of the warnings in a run folder, one line of JSON each, in chronological order. */
export function warningsPath(runFolder: string): string {
  return join(runFolder, 'warnings.jsonl');
}

/** The warnings of a run folder in chronological order. An incomplete last line is left out. */
export function readWarnings(runFolder: string): RunWarning[] {
  const path = warningsPath(runFolder);
  if (lookAt(path) === null) return [];
  return readText(path).split('\n').slice(0, -1).flatMap(parseLine);
}

export function appendWarning(runFolder: string, warning: RunWarning): void {
  const path = warningsPath(runFolder);
  try {
    appendFileSync(path, `${JSON.stringify(warning)}\n`);
  } catch (error) {
    throw fileError(error, path, 'write');
  }
}

/** Drops the warnings after `step` steps, for a run that resumes from there; all of them at step 0. */
export function dropWarnings(runFolder: string, step: number): void {
  const kept = step === 0 ? [] : readWarnings(runFolder).filter((warning) => warning.step <= step);
  const path = warningsPath(runFolder);
  if (kept.length === 0) rmSync(path, { force: true });
  else writeFileAtomic(path, kept.map((warning) => `${JSON.stringify(warning)}\n`).join(''));
}

function parseLine(line: string): RunWarning[] {
  try {
    const { step, sentence } = JSON.parse(line) as Partial<RunWarning>;
    return typeof step === 'number' && typeof sentence === 'string' ? [{ step, sentence }] : [];
  } catch {
    return [];
  }
}
