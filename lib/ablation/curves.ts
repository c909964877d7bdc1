import { z } from 'zod';
import { readFolderMetrics, type MetricsRow } from '../files';
import { readJson } from '../files/readJson';
import { jobFolder, readJobResult } from './jobResult';
import type { AblationJob } from './plan';
import { probedStepSchema, readProbedSteps, type ProbedStep } from './probedSteps';

/** Terms kept from the training of each job: the parts of the loss, and signs of collapse of the teachers. */
export const curveTerms = [
  'videoReconstruction',
  'distillation',
  'audioToVideo',
  'studentAlignment',
  'videoTeacherEntropy',
  'audioTeacherEntropy',
] as const;
/** The same for the figures of probes; ablations of earlier versions have none. */
export const probeCurves = [
  'videoStudentProbeRank',
  'audioStudentProbeRank',
  'videoTeacherProbeInformation',
  'audioTeacherProbeInformation',
  'videoToAudioPairs',
  'audioToVideoPairs',
] as const;
export type CurveTerm = (typeof curveTerms)[number] | (typeof probeCurves)[number];

const means = z.array(z.number().nullable());
const curve = z.strictObject({
  row: z.string(),
  seed: z.int(),
  /** Means over intervals of steps; null if the term was not finite. */
  terms: z.strictObject({
    videoReconstruction: means,
    distillation: means,
    audioToVideo: means,
    studentAlignment: means,
    videoTeacherEntropy: means,
    audioTeacherEntropy: means,
    videoStudentProbeRank: means.optional(),
    audioStudentProbeRank: means.optional(),
    videoTeacherProbeInformation: means.optional(),
    audioTeacherProbeInformation: means.optional(),
    videoToAudioPairs: means.optional(),
    audioToVideoPairs: means.optional(),
  }),
  /** Probes during training and at its end, if there were any during it. */
  probes: z.array(probedStepSchema).optional(),
});

const curvesSchema = z.strictObject({
  format: z.literal(1),
  /** Step in the middle of each interval. */
  steps: z.array(z.number()),
  /** Number of head outputs; its logarithm is the loss of a collapsed pair. */
  outputs: z.int(),
  curves: z.array(curve),
});

/** Training curves of an ablation's networks. */
export type AblationCurves = Readonly<z.infer<typeof curvesSchema>>;
export type AblationCurve = AblationCurves['curves'][number];

/** Maximum number of points of a curve. */
const mostStretches = 40;

/**
 * Builds the curves of the finished jobs. Jobs whose folders hold results only have none.
 *
 * @param folders folders of ablations; for each job, the first one with its metrics is used
 * @throws UserError if metrics are damaged
 */
export function makeAblationCurves(
  jobs: readonly AblationJob[],
  folders: readonly string[],
): AblationCurves | null {
  if (jobs.length === 0) return null;
  const [{ config }] = jobs;
  const { steps } = config.training;
  const length = Math.ceil(steps! / mostStretches);
  const stretches = Array.from({ length: Math.ceil(steps! / length) }, (_, i) => i * length);
  const curves = jobs.flatMap((job) => {
    const rows = metricsOf(job, folders);
    if (rows === null) return [];
    const mean = (term: CurveTerm) =>
      stretches.map((first) => meanOf(rows.slice(first, first + length).map((row) => row[term])));
    const measuredMean = (term: CurveTerm) =>
      stretches.map((first) => {
        const stretch = rows.slice(first, first + length);
        return meanOf(stretch.filter((row) => term in row).map((row) => row[term]));
      });
    // An interval without a probe has no figure.
    const probes = probeCurves.filter((term) => rows.some((row) => term in row));
    const terms = Object.fromEntries([
      ...curveTerms.map((term) => [term, mean(term)] as const),
      ...probes.map((term) => [term, measuredMean(term)] as const),
    ]);
    const probed = probesOf(job, folders);
    return [
      {
        row: job.row.name,
        seed: job.seed,
        terms: terms as AblationCurve['terms'],
        ...(probed.length > 0 && { probes: probed }),
      },
    ];
  });
  if (curves.length === 0) return null;
  const middle = (first: number) => (first + Math.min(first + length, steps!) - 1) / 2;
  return { format: 1, steps: stretches.map(middle), outputs: config.projector.outputs, curves };
}

/**
 * Reads the curves that `xkd ablate` wrote beside its table.
 *
 * @throws UserError if there are none, or they are damaged
 */
export function readAblationCurves(path: string): AblationCurves {
  return readJson(
    path,
    curvesSchema,
    (wrong) =>
      `"${path}" holds no curves of an ablation (${wrong}); name the ablation-curves.json that "xkd ablate" wrote.`,
  );
}

function metricsOf(job: AblationJob, folders: readonly string[]): readonly MetricsRow[] | null {
  for (const folder of folders) {
    const rows = readJobResult(folder, job) === null ? null : readFolderMetrics(jobFolder(folder, job));
    if (rows !== null) return rows;
  }
  return null;
}

/** Probes during a job's training, and the one at its end. */
function probesOf(job: AblationJob, folders: readonly string[]): ProbedStep[] {
  for (const folder of folders) {
    const result = readJobResult(folder, job);
    const during = result === null ? [] : readProbedSteps(jobFolder(folder, job));
    if (result === null || during.length === 0) continue;
    const { video, audio } = result.top1;
    return [...during, { step: job.config.training.steps!, video: video.logistic, audio: audio.logistic }];
  }
  return [];
}

/** Rounded to four significant digits, which is finer than a figure shows. */
function meanOf(values: readonly number[]): number | null {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Number.isFinite(mean) ? Number(mean.toPrecision(4)) : null;
}
