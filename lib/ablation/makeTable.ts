import { mean } from 'simple-statistics';
import { flattenConfig } from '../config';
import { UserError } from '../errors';
import { paperDatasets, type PaperFigure } from '../eval/paper';
import { ablationFeatures, ablationProbes, endSigns, readJobResult, type JobResult } from './jobResult';
import type { AblationFeatures, AblationProbe } from './jobResult';
import type { AblationJob } from './plan';
import { chooseRows, paperFiguresOf, referenceRow, type AblationRow } from './rows';
import { intervalOf, pairedGain } from './differences';
import type { SeedRule } from './seedRule';
import type { AblationFigure, AblationTable, AblationTableRow, Interval } from './table';

export interface MakeTableArgs {
  readonly jobs: readonly AblationJob[];
  /** Folders of ablations with results. The first one with a job's result is used. */
  readonly folders: readonly string[];
  /** Command line arguments; empty in a notebook. */
  readonly createdBy?: readonly string[];
  /** Rule by which the rows got their seeds. */
  readonly rule?: SeedRule;
}

/**
 * Collects the results of all finished jobs in one table.
 *
 * @throws UserError if there is none, or results are damaged or belong to another configuration
 */
export function makeAblationTable({ jobs, folders, createdBy = [], rule }: MakeTableArgs): AblationTable {
  const found = jobs.map((job) => ({ job, result: firstResult(job, folders) }));
  const results = found.flatMap(({ result }) => result ?? []);
  if (results.length === 0) {
    const named = folders.map((folder) => `"${folder}"`).join(', ');
    throw new UserError(
      `No job of these rows and seeds is done in ${named}; name the folder with --out as when they were trained, with the same --rows, --seeds, --steps and values.`,
    );
  }
  const byRow = (name: string) => results.filter(({ row }) => row === name);
  const rows = [...new Set(jobs.map(({ row }) => row))].filter(({ name }) => byRow(name).length > 0);
  const order = chooseRows().map(({ name }) => name);
  // Rows of a study keep its order.
  if (rows.every(({ name }) => order.includes(name)))
    rows.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  const [{ trainClips, testClips, chance, config }] = results;
  return {
    format: 1,
    createdBy: [...createdBy],
    seeds: [...new Set(results.map(({ seed }) => seed))].sort((a, b) => a - b),
    steps: config.training.steps!,
    ...{ trainClips, testClips, chance },
    machines: [...new Set(results.map(({ machine }) => machine))],
    jobSeconds: results.reduce((sum, { seconds }) => sum + seconds.training + seconds.evaluation, 0),
    config: commonConfig(config, rows),
    rows: rows.map((row) => tableRow(row, byRow)),
    ...(rule && { rule }),
    missing: found
      .filter(({ result }) => result === null)
      .map(({ job }) => `${job.row.name}, seed ${job.seed}`),
  };
}

function firstResult(job: AblationJob, folders: readonly string[]): JobResult | null {
  for (const folder of folders) {
    const result = readJobResult(folder, job);
    if (result !== null) return result;
  }
  return null;
}

function tableRow(row: AblationRow, byRow: (name: string) => readonly JobResult[]): AblationTableRow {
  const { name, title, overrides, commonShare, against, isControl } = row;
  const [own, others] = [byRow(name), byRow(against)];
  const figureOf = (features: AblationFeatures, probe: AblationProbe): AblationFigure => {
    const values = valuesOf(own, features, probe);
    return {
      values,
      ours: withinShare(intervalOf(values.map(({ top1 }) => top1))),
      gain: name === against ? null : pairedGain(values, valuesOf(others, features, probe)),
    };
  };
  const figures = Object.fromEntries(
    ablationFeatures.map((features) => [
      features,
      Object.fromEntries(ablationProbes.map((probe) => [probe, figureOf(features, probe)])),
    ]),
  ) as AblationTableRow['figures'];
  const failures = own.flatMap(({ seed, failures: said = [] }) =>
    said.map((sentence) => ({ seed, sentence })),
  );
  return {
    name,
    title,
    overrides: { ...overrides },
    commonShare,
    against,
    isControl,
    figures,
    paper: published(row),
    ...(failures.length > 0 && { failures }),
    ...(own.some(({ signs }) => signs) && { signs: meanSigns(own) }),
  };
}

function meanSigns(results: readonly JobResult[]): JobResult['signs'] {
  return Object.fromEntries(
    endSigns.flatMap((sign) => {
      const values = results.flatMap(({ signs }) => signs?.[sign] ?? []);
      return values.length === 0 ? [] : [[sign, Number(mean(values).toPrecision(4))]];
    }),
  );
}

/** Limits an interval to the range of an accuracy, 0 to 1. */
function withinShare({ mean, low, high }: Interval): Interval {
  return {
    mean,
    low: low === null ? null : Math.max(0, low),
    high: high === null ? null : Math.min(1, high),
  };
}

function valuesOf(
  results: readonly JobResult[],
  features: AblationFeatures,
  probe: AblationProbe,
): AblationFigure['values'] {
  return results
    .map(({ seed, top1 }) => ({ seed, top1: top1[features][probe] }))
    .sort((a, b) => a.seed - b.seed);
}

/** Gains are computed only within one of the paper's tables, because the tables differ in epochs. */
function published(row: AblationRow): AblationTableRow['paper'] {
  const [reference] = chooseRows([referenceRow]);
  const references = paperFiguresOf(reference);
  return paperFiguresOf(row).map((figure) => {
    const sameQuestion = (other: PaperFigure) =>
      other.table === figure.table && other.dataset === figure.dataset && other.modality === figure.modality;
    const base = row.name === referenceRow ? undefined : references.find(sameQuestion);
    return {
      dataset: paperDatasets[figure.dataset].title,
      modality: figure.modality,
      percent: figure.percent,
      gain: base === undefined ? null : Number((figure.percent - base.percent).toFixed(1)),
    };
  });
}

/** Settings that all rows have in common. */
function commonConfig(config: JobResult['config'], rows: readonly AblationRow[]): Record<string, unknown> {
  const own = new Set(['seed', ...rows.flatMap(({ overrides }) => Object.keys(overrides))]);
  return Object.fromEntries(flattenConfig(config).filter(([key]) => !own.has(key)));
}
