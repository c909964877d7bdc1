import { UserError } from '../../errors';

/** Index of this machine, from 0, and the number of machines. */
export interface ShardChoice {
  readonly index: number;
  readonly of: number;
}

export interface ShardChoiceArgs {
  /** `i/n` from the command line. */
  readonly shard?: string;
  /** Number of machines, if the environment gives only the index. */
  readonly shards?: number;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * This machine's share of the work: as given on the command line, or as numbered by a Kubernetes job
 * (`JOB_COMPLETION_INDEX`, with `JOB_COMPLETIONS` or `shards`) or a Slurm array (`SLURM_ARRAY_TASK_ID`,
 * `..._COUNT`, `..._MIN`, `..._STEP`); otherwise everything.
 *
 * @throws UserError if index and number do not match, or the number is not given
 */
export function chooseShard({ shard, shards, environment = process.env }: ShardChoiceArgs): ShardChoice {
  if (shard !== undefined) return fromText(shard, shards);
  const completion = environment.JOB_COMPLETION_INDEX;
  if (completion !== undefined && completion !== '') {
    const of = shards ?? optionalNumber('JOB_COMPLETIONS', environment.JOB_COMPLETIONS);
    if (of === undefined) {
      throw new UserError(
        `JOB_COMPLETION_INDEX is ${completion}, but not of how many jobs: add --shards with their number, or set JOB_COMPLETIONS.`,
      );
    }
    return checked('JOB_COMPLETION_INDEX', wholeNumber('JOB_COMPLETION_INDEX', completion), of);
  }
  const task = environment.SLURM_ARRAY_TASK_ID;
  if (task !== undefined && task !== '') {
    const first = optionalNumber('SLURM_ARRAY_TASK_MIN', environment.SLURM_ARRAY_TASK_MIN) ?? 0;
    const step = optionalNumber('SLURM_ARRAY_TASK_STEP', environment.SLURM_ARRAY_TASK_STEP) ?? 1;
    const of = shards ?? optionalNumber('SLURM_ARRAY_TASK_COUNT', environment.SLURM_ARRAY_TASK_COUNT);
    if (of === undefined) {
      throw new UserError(
        `SLURM_ARRAY_TASK_ID is ${task}, but SLURM_ARRAY_TASK_COUNT is not set: add --shards with the number of tasks.`,
      );
    }
    return checked('SLURM_ARRAY_TASK_ID', (wholeNumber('SLURM_ARRAY_TASK_ID', task) - first) / step, of);
  }
  if (shards !== undefined && shards !== 1) {
    throw new UserError(
      `--shards ${shards} says how many machines there are, but not which one this is: give --shard i/${shards}, with i from 0 to ${shards - 1}.`,
    );
  }
  return { index: 0, of: 1 };
}

function fromText(text: string, shards: number | undefined): ShardChoice {
  const parts = /^(\d+)(?:\/(\d+))?$/.exec(text);
  const of = parts?.[2] === undefined ? shards : Number(parts[2]);
  if (!parts || of === undefined) {
    throw new UserError(`--shard takes i/n, such as 0/4 for the first of four machines, not "${text}".`);
  }
  return checked('--shard', Number(parts[1]), of);
}

function checked(name: string, index: number, of: number): ShardChoice {
  if (Number.isInteger(of) && of >= 1 && Number.isInteger(index) && index >= 0 && index < of)
    return { index, of };
  throw new UserError(
    `${name} makes this machine number ${index} of ${of}: give a number from 0 to ${Math.max(0, of - 1)}.`,
  );
}

function optionalNumber(name: string, text: string | undefined): number | undefined {
  return text === undefined || text === '' ? undefined : wholeNumber(name, text);
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text))
    throw new UserError(`${name} is "${text}", which is not a whole number: correct or unset it.`);
  return Number(text);
}
