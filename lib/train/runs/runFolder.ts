import { rmSync } from 'node:fs';
import { availableParallelism, arch, platform } from 'node:os';
import { join } from 'node:path';
import { type XkdConfig, addedLossFigures } from '../../config';
import { UserError } from '../../errors';
import { lookAt, makeFolder, readFolderMetrics } from '../../files';
import { tf, nativeInfo } from '../../tensor/native';
import { checkpointsFolder, listCheckpoints } from '../state/checkpointFolder';
import type { ConfigChange } from './changeLog';
import type { RunFacts } from '../state/checkpointMetadata';
import { appendWarning, dropWarnings } from './runWarnings';
import { type ProbeFigures, probeFigures } from '../health/figures';
import type { LossFigures } from '../step/step';
import { TrainingFolder } from './trainingFolder';

/** Figures of one step, as stored in metrics.csv and metrics.jsonl. */
export interface StepMetrics extends LossFigures, ProbeFigures {
  readonly step: number;
  readonly epoch: number;
  readonly learningRate: number;
  readonly emaMomentum: number;
  /** Number of tensors whose gradient was clipped. */
  readonly clipped: number;
  readonly secondsPerStep: number;
  /** That number as a share of the tensors that may be clipped; missing in runs of earlier versions. */
  readonly clippedShare?: number;
}

/** Figures that some steps lack, at least in files of earlier versions. */
const sparseFigures = ['clippedShare', ...probeFigures, ...addedLossFigures];

/** Path of the changes of a run in its folder. */
export function changesPath(runFolder: string): string {
  return join(runFolder, 'changes.json');
}

/**
 * The folder of a run: `config.json`, `run.json` (data, versions, machine), `metrics.csv` and `metrics.jsonl` with one row
 * per step, `warnings.jsonl` with problems, `changes.json` with changes made during the run, `checkpoints/`, and
 * `skipped.json` if files were unusable.
 */
export class RunFolder extends TrainingFolder {
  /**
   * Creates the folder, or opens it to resume the run. Partial files of a killed process are removed then.
   *
   * @throws UserError if the folder cannot be created, if it holds a run but `resume` is false, if it holds none but
   *   `resume` is true, or if another process is training in it; `report` is called before waiting for a process that may
   *   have ended
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
    return new RunFolder(path, await TrainingFolder.take(path, [path, checkpointsFolder(path)], report));
  }

  /**
   * Writes configuration, data, clips and versions. When a run is resumed, they are written again with the current
   * versions.
   */
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

  /** Writes the changes made during the run; an empty list leaves no file. */
  writeChanges(changes: readonly ConfigChange[]): void {
    this.requireHeld();
    if (changes.length > 0) this.writeJson('changes.json', changes);
    else rmSync(changesPath(this.path), { force: true });
  }

  /**
   * Opens metrics and warnings. Those after `step` steps, left by an interrupted run, are dropped.
   *
   * @returns figures of the previous steps
   */
  openMetrics(step: number): readonly StepMetrics[] {
    dropWarnings(this.path, step);
    this.openRows(step === 0 ? null : step - 1, sparseFigures);
    return step === 0 ? [] : ((readFolderMetrics(this.path) ?? []) as unknown as StepMetrics[]);
  }

  /** @throws UserError if another process has taken over the folder */
  writeMetrics(metrics: StepMetrics): void {
    this.writeRow({ ...metrics });
  }

  /** Records a problem for those who watch the run. */
  warn(step: number, sentence: string): void {
    this.requireHeld();
    appendWarning(this.path, { step, sentence });
  }
}
