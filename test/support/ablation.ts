import { mkdirSync } from 'node:fs';
import { type AblationJob, type JobResult, jobFolder, planAblation, writeJobResult } from 'xkd/internal';

/** Overrides that reduce a step of `nano` to milliseconds. */
export const smallWords = [
  'encoder.width=16',
  'encoder.depth=1',
  'encoder.heads=2',
  'decoder.width=8',
  'decoder.depth=1',
  'decoder.heads=2',
  'projector.hidden=12',
  'projector.bottleneck=6',
  'projector.outputs=10',
  'optimiser.warmupEpochs=0',
  'training.batch=8',
  'training.checkpointSteps=2',
  'loader.workers=1',
];

/** The planned jobs of these rows. */
export function plan(rows: readonly string[], seeds: number): AblationJob[] {
  return planAblation({ rows, seeds, steps: 6 });
}

/**
 * Writes the result of a job as if it had been trained; `top1` is the accuracy of the linear probe on video.
 */
export function writeResult(
  out: string,
  job: AblationJob,
  top1: number,
  changes: Partial<JobResult> = {},
): void {
  const folder = jobFolder(out, job);
  mkdirSync(folder, { recursive: true });
  const other = { logistic: 1, svm: 0.5 };
  writeJobResult(folder, {
    format: 1,
    row: job.row.name,
    seed: job.seed,
    config: job.config,
    trainClips: 96,
    testClips: 16,
    chance: 0.125,
    top1: { video: { logistic: top1, svm: top1 / 2 }, audio: other, both: other },
    seconds: { training: 60, evaluation: 12 },
    machine: 'a machine, 2 cores',
    ...changes,
  });
}
