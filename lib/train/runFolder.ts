import { rmSync } from 'node:fs';
import { availableParallelism, arch, platform } from 'node:os';
import { basename, join } from 'node:path';
import { type XkdConfig, addedLossFigures } from '../config';
import { UserError } from '../errors';
import {
  FolderLock,
  type MetricsWriter,
  fileError,
  lookAt,
  makeFolder,
  openMetricsFiles,
  readFolderMetrics,
  removeAbandonedFiles,
  writeFileAtomic,
} from '../files';
import { tf, nativeInfo } from '../tensor/native';
import { checkpointsFolder, listCheckpoints } from './checkpointFolder';
import type { ConfigChange } from './changeLog';
import type { RunFacts } from './checkpointMetadata';
import { appendWarning, dropWarnings } from './runWarnings';
import { runLockPath } from './runStatus';
import { type ProbeFigures, probeFigures } from './health/figures';
import type { LossFigures } from './step';

/** Figures of one step as they stand in metrics.csv and metrics.jsonl. */
export interface StepMetrics extends LossFigures, ProbeFigures {
  readonly step: number;
  readonly epoch: number;
  readonly learningRate: number;
  readonly emaMomentum: number;
  /** Tensors whose gradient was clipped. */
  readonly clipped: number;
  readonly secondsPerStep: number;
  /** The same as a share of the tensors that may be clipped; missing in runs of earlier versions. */
  readonly clippedShare?: number;
}

/** Figures that not every step has, in files of earlier versions at least. */
const sparseFigures = ['clippedShare', ...probeFigures, ...addedLossFigures];

/** Where a run folder tells of changes during the run. */
export function changesPath(runFolder: string): string {
  return join(runFolder, 'changes.json');
}

/**
 * The folder of a run: `config.json`, `run.json` (data, versions, machine), `metrics.csv` and `metrics.jsonl` with a
 * row a step, `warnings.jsonl` with what went wrong, `changes.json` with what was changed while it ran, `checkpoints/`,
 * and `skipped.json` when files could not be used.
 */
export class RunFolder {
  private writers: readonly MetricsWriter[] = [];

  private constructor(
    readonly path: string,
    private readonly lock: FolderLock,
  ) {}

  /**
   * Makes the folder, or opens it to go on; what a killed process left half-written is removed then.
   *
   * @throws UserError where the folder cannot be made, or holds a run while `resume` was not asked for, or none while
   *   it was, or another process trains in it; `report` is told of a wait for one that may have ended
   */
  static async open(path: string, resume: boolean, report?: (sentence: string) => void): Promise<RunFolder> {
    if (!resume && listCheckpoints(path).length > 0) {
      throw new UserError(
        `"${path}" already holds a run; add --resume (in a notebook: resume: true) to continue it, or choose another folder.`,
      );
    }
    if (resume && lookAt(checkpointsFolder(path)) === null) {
      throw new UserError(
        `There is no run in "${path}" to continue; check the path, or start one without --resume.`,
      );
    }
    makeFolder(checkpointsFolder(path));
    const lock = await FolderLock.take({
      folder: path,
      name: basename(runLockPath(path)),
      doing: 'is training in',
      again: true,
      report,
    });
    try {
      for (const folder of [path, checkpointsFolder(path)]) removeAbandonedFiles(folder);
    } catch (error) {
      lock.release();
      throw fileError(error, path, 'write');
    }
    return new RunFolder(path, lock);
  }

  /** Writes what the run is made of; on resuming it is written again with the versions now in use. */
  describe(config: XkdConfig, data: string, { length, clips }: RunFacts): void {
    const { tensorflow, device, threads } = nativeInfo();
    const run = {
      data,
      clips: clips.count,
      steps: length.steps,
      stepsPerEpoch: length.stepsPerEpoch,
      seed: config.seed,
      versions: { tensorflow, tfjs: tf.version.tfjs, node: process.version },
      machine: { platform: platform(), arch: arch(), processors: availableParallelism(), device, threads },
    };
    this.writeJson('config.json', config);
    this.writeJson('run.json', run);
  }

  /** Writes what was changed during the run; an empty list leaves no file. */
  writeChanges(changes: readonly ConfigChange[]): void {
    this.lock.requireHeld();
    if (changes.length > 0) this.writeJson('changes.json', changes);
    else rmSync(changesPath(this.path), { force: true });
  }

  /**
   * Opens metrics and warnings; those after `step` steps, of a run that was cut off, are dropped.
   *
   * @returns figures of the steps before
   */
  openMetrics(step: number): readonly StepMetrics[] {
    dropWarnings(this.path, step);
    const after = step === 0 ? null : step - 1;
    this.writers = openMetricsFiles(this.path, after, sparseFigures);
    return step === 0 ? [] : ((readFolderMetrics(this.path) ?? []) as unknown as StepMetrics[]);
  }

  /** @throws UserError where another process has taken the folder over */
  writeMetrics(metrics: StepMetrics): void {
    this.lock.requireHeld();
    for (const writer of this.writers) writer.write({ ...metrics });
  }

  /** Tells whoever watches the run of something that went wrong. */
  warn(step: number, sentence: string): void {
    this.lock.requireHeld();
    appendWarning(this.path, { step, sentence });
  }

  /** Makes what was written so far outlive a power cut, as the checkpoint that follows will. */
  flushMetrics(): void {
    this.lock.requireHeld();
    this.writers.forEach((writer) => writer.flush());
  }

  writeJson(name: string, value: unknown): void {
    writeFileAtomic(join(this.path, name), `${JSON.stringify(value, null, 2)}\n`);
  }

  close(): void {
    this.writers.forEach((writer) => writer.close());
    this.writers = [];
    this.lock.release();
  }
}
