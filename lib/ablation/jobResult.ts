import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { configSchema, type XkdConfig } from '../config';
import { probeClassifiers, type ProbeClassifier } from '../eval/protocols/registry';
import { UserError } from '../errors';
import { makeFolder, writeFileAtomic } from '../files';
import { readJson } from '../files/readJson';
import { requireSameConfig } from '../train/runs/sameRun';
import type { AblationJob } from './plan';
import { rowTrainings, trainingOf } from './rows';

/** Features of each network that are probed. */
export const ablationFeatures = ['video', 'audio', 'both'] as const;
export type AblationFeatures = (typeof ablationFeatures)[number];
/** Classifiers used as probes. */
export const ablationProbes = Object.keys(probeClassifiers) as readonly ProbeClassifier[];
export type AblationProbe = ProbeClassifier;

/**
 * Signs of collapse, measured on the probe clips at the end of a training: effective rank of the students' features (RankMe), and
 * the entropy of the teachers' answers as a share of its bound.
 */
export const endSigns = [
  'videoStudentProbeRank',
  'audioStudentProbeRank',
  'videoTeacherProbeEntropy',
  'audioTeacherProbeEntropy',
] as const;
export const endSignsSchema = z.partialRecord(z.enum(endSigns), z.number());

const accuracy = z.number().min(0).max(1);
const probes = z.record(z.enum(ablationProbes), accuracy);
const seconds = z.number().min(0);

const jobResultSchema = z.strictObject({
  format: z.literal(1),
  row: z.string(),
  seed: z.int().min(0),
  /** Missing in results of earlier versions. */
  training: z.enum(rowTrainings).optional(),
  config: configSchema,
  trainClips: z.int().min(1),
  testClips: z.int().min(1),
  chance: accuracy,
  /** Top-1 accuracy on the test clips, from 0 to 1. */
  top1: z.strictObject({ video: probes, audio: probes, both: probes }),
  /** Problems at the end of its training that made continuing futile; missing in results of earlier versions. */
  failures: z.array(z.string()).optional(),
  /** Missing in results of earlier versions, and where a part was not trained. */
  signs: endSignsSchema.optional(),
  /**
   * Time of its own training steps in the last process (batches are made for several jobs together), and of its evaluation.
   */
  seconds: z.strictObject({ training: seconds, evaluation: seconds }),
  machine: z.string(),
});

/** Result of a job. */
export type JobResult = Omit<Readonly<z.infer<typeof jobResultSchema>>, 'config'> & {
  readonly config: XkdConfig;
};

/** The run folder of a job. */
export function jobFolder(out: string, { row, seed }: Pick<AblationJob, 'row' | 'seed'>): string {
  return join(out, 'jobs', row.name, `seed-${seed}`);
}

export function writeJobResult(folder: string, result: JobResult): void {
  makeFolder(folder);
  writeFileAtomic(resultPath(folder), `${JSON.stringify(jobResultSchema.parse(result), null, 2)}\n`);
}

/**
 * The result of a job; null if it is not finished.
 *
 * @throws UserError if the file is damaged, or belongs to another configuration
 */
export function readJobResult(out: string, job: AblationJob): JobResult | null {
  const path = resultPath(jobFolder(out, job));
  if (!existsSync(path)) return null;
  const result = readJson(
    path,
    jobResultSchema,
    (wrong) =>
      `"${path}" is not a result of an ablation's job (${wrong}); remove it, and the job is evaluated again.`,
  );
  requireSameConfig(path, result.config, job.config);
  const { training = trainingOf(job.row) } = result;
  if (training !== trainingOf(job.row)) {
    throw new UserError(
      `"${path}" is of a row whose training was "${training}", not "${trainingOf(job.row)}"; give the row another name, or choose another folder with --out.`,
    );
  }
  return result;
}

function resultPath(folder: string): string {
  return join(folder, 'result.json');
}
