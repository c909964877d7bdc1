import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { configure, type Overrides, teacherKinds, type XkdConfig } from '../config';
import type { ShardChoice } from '../data/extract/shardChoice';
import { UserError } from '../errors';
import { jobFolder } from './jobResult';
import { chooseRows, type AblationRow } from './rows';
import type { Study } from './study';

/** One network to train and evaluate. */
export interface AblationJob {
  readonly row: AblationRow;
  /** Seed of weights, order of clips, windows, augmentation and masks; the same for all rows. */
  readonly seed: number;
  readonly config: XkdConfig;
  /** Initial weights of its teachers, if these are frozen. */
  readonly init?: readonly string[];
}

export interface PlanArgs {
  /** Names of rows; default: all, but those with frozen teachers only if `init` is given or `folders` hold such jobs. */
  readonly rows?: readonly string[];
  /** Folders of ablations whose jobs are put together. */
  readonly folders?: readonly string[];
  /** Weights for frozen teachers, as in `pretrain --init`: a run folder, a checkpoint or backbones. */
  readonly init?: readonly string[];
  /** Number of seeds, of each row by name if rows differ in it; they start at 0. */
  readonly seeds: number | ReadonlyMap<string, number>;
  /** Steps per network; default: 1000. */
  readonly steps?: number;
  /** Changes to the configuration of all rows. */
  readonly overrides?: Overrides;
  /** Rows, preset, steps and values in place of the paper's; `steps` and `overrides` win. */
  readonly study?: Pick<Study, 'rows' | 'preset' | 'steps' | 'overrides'>;
}

/** Size and schedule of all rows. The batch is smaller than the preset's, for more steps in the same time. */
const usualPreset = 'nano';
const schedule: Overrides = {
  'training.batch': 32,
  'training.steps': 1000,
  // In each of the processes, which share the CPU.
  'loader.workers': 1,
};

/**
 * All jobs. Those that train on the same batches follow each other.
 *
 * @throws UserError for an unknown row, or inconsistent values
 */
export function planAblation(args: PlanArgs): AblationJob[] {
  const { rows, init, folders = [], seeds, study } = args;
  const { preset = usualPreset } = study ?? {};
  const steps = args.steps ?? study?.steps;
  const overrides = { ...study?.overrides, ...args.overrides };
  const isThere = (row: AblationRow) =>
    folders.some((folder) => existsSync(dirname(jobFolder(folder, { row, seed: 0 }))));
  const chosen = chooseRows(rows, study?.rows).filter(
    (row) =>
      rows ||
      init ||
      !needsWeights(configure(preset, { ...study?.overrides, ...row.overrides })) ||
      isThere(row),
  );
  const common = { ...schedule, ...overrides, ...(steps !== undefined && { 'training.steps': steps }) };
  for (const key of Object.keys(overrides)) refuseTaken(key, chosen);
  const seedsOf = ({ name }: AblationRow) => (typeof seeds === 'number' ? seeds : (seeds.get(name) ?? 0));
  const mostSeeds = Math.max(0, ...chosen.map(seedsOf));
  const shares = [...new Set(chosen.map(({ commonShare }) => commonShare))];
  const jobs = shares.flatMap((share) =>
    Array.from({ length: mostSeeds }, (_, seed) =>
      chosen
        .filter((row) => row.commonShare === share && seed < seedsOf(row))
        .map((row) => {
          const config = configure(preset, { ...common, ...row.overrides, seed });
          return { row, seed, config, ...(needsWeights(config) && { init }) };
        }),
    ).flat(),
  );
  if (init && jobs.every((job) => job.init === undefined)) {
    throw new UserError(
      'Weights are given with --init, but none of the rows has frozen teachers; add the row "frozen" to --rows, or leave --init out.',
    );
  }
  return jobs;
}

/** @throws UserError if no weights are given for a job's frozen teachers */
export function requireInit(jobs: readonly AblationJob[]): void {
  const job = jobs.find(({ config, init }) => needsWeights(config) && init === undefined);
  if (job === undefined) return;
  throw new UserError(
    `The row "${job.row.name}" needs a trained network for its teachers: give it with --init (in a notebook: planAblation({ init: [path], ... })), or leave the row out.`,
  );
}

function needsWeights({ teacher }: XkdConfig): boolean {
  return !teacherKinds[teacher].follows;
}

/** A contiguous slice of the jobs for each machine, so that jobs that share batches stay together. */
export function jobsOfShard(jobs: readonly AblationJob[], { index, of }: ShardChoice): AblationJob[] {
  const at = (shard: number) => Math.round((jobs.length * shard) / of);
  return jobs.slice(at(index), at(index + 1));
}

/**
 * Groups jobs that one process trains concurrently: those of one seed on one data set, so that each batch is made only
 * once. Longest first. If there are more processes than groups, the groups are divided.
 */
export function groupJobs(jobs: readonly AblationJob[], processes: number): AblationJob[][] {
  const groups = new Map<string, AblationJob[]>();
  for (const job of jobs) {
    const key = `${job.row.commonShare} ${job.seed}`;
    groups.set(key, [...(groups.get(key) ?? []), job]);
  }
  const most = Math.max(1, Math.ceil(jobs.length / processes));
  return [...groups.values()].flatMap((group) => divide(group, most)).sort((a, b) => b.length - a.length);
}

/** Parts of nearly equal size, none above the limit. */
function divide<T>(items: readonly T[], most: number): T[][] {
  const parts = Math.ceil(items.length / most);
  const at = (part: number) => Math.round((items.length * part) / parts);
  return Array.from({ length: parts }, (_, part) => items.slice(at(part), at(part + 1)));
}

/** Rejects overrides of keys that distinguish the rows. */
function refuseTaken(key: string, rows: readonly AblationRow[]): void {
  const taken = new Set([
    'seed',
    'training.steps',
    ...rows.flatMap(({ overrides }) => Object.keys(overrides)),
  ]);
  if (!taken.has(key)) return;
  throw new UserError(
    key === 'seed'
      ? 'seed cannot be set for an ablation, which has several: give their number with --seeds.'
      : key === 'training.steps'
        ? 'Give the number of steps with --steps instead of training.steps.'
        : `${key} cannot be set for all rows, which differ in it; choose other rows with --rows, or leave it out.`,
  );
}
