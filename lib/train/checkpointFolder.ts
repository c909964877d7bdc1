import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors';
import { fileError, lookAt, refuseGraph } from '../files';
import { DamagedCheckpoint, readCheckpoint } from './checkpoint';
import type { CheckpointInfo } from './checkpointMetadata';
import type { TrainState } from './state';

/*
 * The checkpoints of a run lie in its folder as `checkpoints/step-0000200.safetensors`. Several are kept, so that a
 * damaged one leaves an older one to continue from.
 */

const checkpointName = /^step-(\d+)\.safetensors$/;

/** A checkpoint of a run folder as it lies there, unread. */
export interface StoredCheckpoint {
  /** Steps taken when it was written. */
  readonly step: number;
  readonly path: string;
  readonly bytes: number;
  readonly savedAt: Date;
}

/** Says what happened in a sentence; on the command line to stderr, in a notebook below the cell. */
export type Report = (sentence: string) => void;

export interface LoadArgs {
  /** Told of each damaged checkpoint that is passed over; default: a warning. */
  readonly report?: Report;
  /** Throws for a checkpoint that is of no use, before its tensors are read. */
  readonly accept?: (info: CheckpointInfo) => void;
}

/** A state and the file that it comes from. */
export interface LoadedCheckpoint {
  readonly state: TrainState;
  readonly path: string;
  /** Newer checkpoints that are damaged. */
  readonly damaged: readonly DamagedCheckpoint[];
}

/** The checkpoints of a run folder, newest first. In a notebook `table(runCheckpoints('runs/first'))` shows them. */
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

/** Where a run folder keeps the checkpoint of a step. */
export function checkpointPath(runFolder: string, step: number): string {
  return join(checkpointsFolder(runFolder), `step-${String(step).padStart(7, '0')}.safetensors`);
}

/** Removes all but the newest checkpoints of a run folder. */
export function pruneCheckpoints(runFolder: string, keep: number): void {
  for (const path of listCheckpoints(runFolder).slice(keep)) rmSync(path, { force: true });
}

/**
 * Takes a damaged checkpoint out of the list, so that it counts neither as the newest nor among those that are kept.
 *
 * @returns where it lies now
 */
export function putAside(path: string): string {
  const aside = `${path}.damaged`;
  renameSync(path, aside);
  return aside;
}

/** The file that a path means: itself, or the newest checkpoint of a run folder. */
export function checkpointFile(path: string): string {
  return checkpointFiles(path)[0];
}

/**
 * Reads a checkpoint file, or the newest sound one of a run folder, or the one of a step.
 *
 * @param source a file, a run folder, or a run folder and a step
 * @throws UserError where there is none, a file that was named is damaged, or all of a folder are
 */
export function loadCheckpoint(
  source: string | { readonly runFolder: string; readonly step: number },
  args: LoadArgs = {},
): TrainState {
  return openCheckpoint(typeof source === 'string' ? source : fileOfStep(source.runFolder, source.step), args)
    .state;
}

/** Reads a checkpoint file, or the newest sound one of a run folder, and tells which it was. */
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

/** A file by itself, or a run folder's files, newest first. */
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
