import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { flattenConfig, type Override } from '../../config';
import { isFreeKey } from '../../config/changes';
import { UserError } from '../../errors';
import { fileError } from '../../files/fileError';
import { lookAt } from '../../files/folder';
import { isRunFolder, readRunStatus, type RunStatus } from './runStatus';

/** Comparison of runs. */
export interface RunComparison {
  readonly runs: readonly RunStatus[];
  /** Configuration keys in which the runs differ, in schema order. */
  readonly keys: readonly string[];
  /** Values of these keys, one list per run. */
  readonly values: readonly (readonly (Override | undefined)[])[];
  /** Folders whose run cannot be read, with the reason. */
  readonly unreadable: readonly { readonly folder: string; readonly reason: string }[];
}

/** Maximum depth of the search for runs: an ablation stores them in `jobs/ROW/seed-0`. */
const mostLevels = 6;

/** Subfolders of run folders and projects that contain no runs. */
const passedOver = /^(\.|checkpoints$|features$|tensorboard$|node_modules$)/;

/**
 * Finds the runs in or below some folders, and the settings in which they differ. The preset, threads and similar keys
 * count as well; how often a checkpoint is kept does not.
 *
 * @throws UserError if there are none
 */
export function compareRuns(paths: readonly string[]): RunComparison {
  const folders = [...new Set(paths.flatMap((path) => findRuns(path)))];
  if (folders.length === 0) {
    throw new UserError(
      `There are no runs in ${paths.map((path) => `"${path}"`).join(', ')}: give folders that "xkd pretrain --out" was given, or one above them.`,
    );
  }
  const runs: RunStatus[] = [];
  const unreadable: { folder: string; reason: string }[] = [];
  for (const folder of folders) {
    try {
      runs.push(readRunStatus(folder));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      unreadable.push({ folder, reason: error.message });
    }
  }
  const configs = runs.map(({ config }) => new Map(flattenConfig(config)));
  const all = [...new Set(configs.flatMap((config) => [...config.keys()]))];
  const keys = all.filter(
    (key) =>
      (key === 'preset' || !isFreeKey(key)) &&
      new Set(configs.map((config) => JSON.stringify(config.get(key)))).size > 1,
  );
  return { runs, keys, values: configs.map((config) => keys.map((key) => config.get(key))), unreadable };
}

function findRuns(folder: string, level = 0): string[] {
  const found = lookAt(folder);
  if (found === null) throw new UserError(`There is no folder "${folder}"; check the path.`);
  if (!found.isDirectory()) throw new UserError(`"${folder}" is a file: give a folder with runs.`);
  if (isRunFolder(folder)) return [folder];
  if (level === mostLevels) return [];
  return foldersIn(folder).flatMap((name) => findRuns(join(folder, name), level + 1));
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !passedOver.test(entry.name))
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    throw fileError(error, folder, 'read');
  }
}
