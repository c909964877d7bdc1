import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../errors';
import { fileError, lookAt, refuseGraph } from '../../files';
import { DamagedCheckpoint, readCheckpoint } from './checkpoint';
import type { CheckpointInfo } from './checkpointMetadata';
import type { TrainState } from './state';

/*
 * A run's checkpoints are stored in its folder as `checkpoints/step-0000200.safetensors`. Several are kept, so that a run
 * can continue from an older one if the newest is damaged.
 */

const checkpointName = /^step-(\d+)\.safetensors$/;

/** A checkpoint file in a run folder, not yet read. */
export interface StoredCheckpoint {
  /** Number of steps taken when it was written. */
  readonly step: number;
  readonly path: string;
  readonly bytes: number;
  readonly savedAt: Date;
}

/** Reports an event in one sentence: to stderr on the command line, below the cell in a notebook. */
export type Report = (sentence: string) => void;

export interface LoadArgs {
  /** Called for each damaged checkpoint that is skipped; default: a warning. */
  readonly report?: Report;
  /** Throws for an unusable checkpoint, before its tensors are read. */
  readonly accept?: (info: CheckpointInfo) => void;
}

/** A state and the file it was loaded from. */
export interface LoadedCheckpoint {
  readonly state: TrainState;
  readonly path: string;
  /** Newer checkpoints that are damaged and were skipped. */
  readonly damaged: readonly DamagedCheckpoint[];
}

/** The checkpoints of a run folder, newest first. In a notebook, `table(runCheckpoints('runs/first'))` displays them. */
export function runCheckpoints(runFolder: string): StoredCheckpoint[] {
  return listCheckpoints(runFolder).map((path) => {
    const { size, mtime } = statSync(path);
    return { step: stepOf(path), path, bytes: size, savedAt: mtime };
  });
}

/** Paths of a run folder's checkpoints, newest first. */
export function listCheckpoints(runFolder: string): string[] {
  const folder = checkpointsFolder(runFolder);
  if (lookAt(folder) === null) return [];
  return namesIn(folder)
    .filter((name) => checkpointName.test(name))
    .map((name) => join(folder, name))
    .sort((a, b) => stepOf(b) - stepOf(a));
}

export function checkpointsFolder(runFolder: string): string {
  return join(runFolder, 'checkpoints');
}

/** Path of the checkpoint of a step in a run folder. */
export function checkpointPath(runFolder: string, step: number): string {
  return join(checkpointsFolder(runFolder), `step-${String(step).padStart(7, '0')}.safetensors`);
}

/** Removes all but the newest `keep` checkpoints of a run folder. */
export function pruneCheckpoints(runFolder: string, keep: number): void {
  for (const path of listCheckpoints(runFolder).slice(keep)) rmSync(path, { force: true });
}

/**
 * Renames a damaged checkpoint, so that it counts neither as the newest nor as one of those to keep.
 *
 * @returns the new path
 */
export function putAside(path: string): string {
  const aside = `${path}.damaged`;
  renameSync(path, aside);
  return aside;
}

/** Resolves a path to a checkpoint file: the path itself, or the newest checkpoint if it is a run folder. */
export function checkpointFile(path: string): string {
  return checkpointFiles(path)[0];
}

/**
 * Reads a checkpoint file, the newest intact one of a run folder, or that of a given step.
 *
 * @param source a file, a run folder, or a run folder and a step
 * @throws UserError if there is none, the given file is damaged, or all checkpoints of the folder are
 */
export function loadCheckpoint(
  source: string | { readonly runFolder: string; readonly step: number },
  args: LoadArgs = {},
): TrainState {
  return openCheckpoint(typeof source === 'string' ? source : fileOfStep(source.runFolder, source.step), args)
    .state;
}

/** Reads a checkpoint file, or the newest intact one of a run folder, and returns its path as well. */
export function openCheckpoint(path: string, { report = warn, accept }: LoadArgs = {}): LoadedCheckpoint {
  const files = checkpointFiles(path);
  const damaged: DamagedCheckpoint[] = [];
  for (const file of files) {
    try {
      const state = readCheckpoint(file, accept);
      for (const { reason, path: bad } of damaged) {
        report(
          `The checkpoint "${bad}" is damaged (${reason}); the one of step ${state.step} is used instead.`,
        );
      }
      return { state, path: file, damaged };
    } catch (error) {
      if (!(error instanceof DamagedCheckpoint) || file === path) throw error;
      damaged.push(error);
    }
  }
  const list = damaged.map(({ path: bad, reason }) => `step ${stepOf(bad)}: ${reason}`).join('; ');
  throw new UserError(
    `Every checkpoint of "${path}" is damaged (${list}); copy the folder again, or start again in another one.`,
  );
}

/** A single file, or the checkpoint files of a run folder, newest first. */
function checkpointFiles(path: string): string[] {
  const found = lookAt(path);
  if (found === null) {
    throw new UserError(`There is no checkpoint "${path}"; give a run folder or a .safetensors file.`);
  }
  refuseGraph(path);
  if (!found.isDirectory()) return [path];
  const files = listCheckpoints(path);
  if (files.length === 0) {
    const hasWeights = lookAt(join(path, 'model.safetensors')) !== null;
    throw new UserError(
      hasWeights
        ? `The folder "${path}" holds weights without a training state; start from them with --init, or make a run folder of them: xkd convert "${path}" runs/again.`
        : `The folder "${path}" holds no checkpoints; is it a run folder?`,
    );
  }
  return files;
}

function fileOfStep(runFolder: string, step: number): string {
  const path = checkpointPath(runFolder, step);
  if (lookAt(path) !== null) return path;
  const steps = listCheckpoints(runFolder).map(stepOf).reverse();
  const choice = steps.length > 0 ? `choose from ${steps.join(', ')}` : 'it has none';
  throw new UserError(`"${runFolder}" holds no checkpoint of step ${step}: ${choice}.`);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw fileError(error, folder, 'read');
  }
}

function stepOf(path: string): number {
  return Number(/step-(\d+)\.safetensors$/.exec(path)![1]);
}

function warn(sentence: string): void {
  console.warn(sentence);
}
