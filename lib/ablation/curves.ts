import { z } from 'zod';
import { readFolderMetrics, type MetricsRow } from '../files';
import { readJson } from '../files/readJson';
import { jobFolder, readJobResult } from './jobResult';
import type { AblationJob } from './plan';

/** What is kept of the training of each job: how the parts of the loss go, and whether teachers collapse. */
export const curveTerms = [
  'videoReconstruction',
  'distillation',
  'audioToVideo',
  'studentAlignment',
  'videoTeacherEntropy',
  'audioTeacherEntropy',
] as const;
/** The same of what the network made of some clips; ablations of earlier versions have none. */
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
  /** Means over stretches of steps; null where the term was not finite. */
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
});

const curvesSchema = z.strictObject({
  format: z.literal(1),
  /** Steps in the middle of the stretches. */
  steps: z.array(z.number()),
  /** Of the heads: the loss of a collapsed pair is its logarithm. */
  outputs: z.int(),
  curves: z.array(curve),
});

/** How the networks of an ablation were trained. */
export type AblationCurves = Readonly<z.infer<typeof curvesSchema>>;
export type AblationCurve = AblationCurves['curves'][number];

/** Points of a curve. */
const mostStretches = 40;

/**
 * The curves of the jobs that are done; of those whose folders hold results only there are none.
 *
 * @param folders of ablations, the first that has a job's metrics counts
 * @throws UserError where metrics are damaged
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
    // A stretch without a probe has no figure.
    const probes = probeCurves.filter((term) => rows.some((row) => term in row));
    const terms = Object.fromEntries([
      ...curveTerms.map((term) => [term, mean(term)] as const),
      ...probes.map((term) => [term, measuredMean(term)] as const),
    ]);
    return [{ row: job.row.name, seed: job.seed, terms: terms as AblationCurve['terms'] }];
  });
  if (curves.length === 0) return null;
  const middle = (first: number) => (first + Math.min(first + length, steps!) - 1) / 2;
  return { format: 1, steps: stretches.map(middle), outputs: config.projector.outputs, curves };
}

/**
 * Reads the curves that `xkd ablate` wrote beside its table.
 *
 * @throws UserError where there are none, or they are damaged
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

/** With four significant digits, which is finer than a figure shows. */
function meanOf(values: readonly number[]): number | null {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Number.isFinite(mean) ? Number(mean.toPrecision(4)) : null;
}
