import { setTimeout as sleep } from 'node:timers/promises';
import { Option } from 'commander';
import { UserError } from '../errors';
import { diskTrouble } from '../files/fileError';
import { machineLimit } from '../machineLimit';
import { type Launched, World, launch, launched, shareOfMachine } from '../ranks';
import { count } from './optionValues';

export interface ProcessFlags {
  readonly processes?: number;
  readonly restarts?: number;
}

/** `--processes`, for commands that several processes can take together. */
export function processesOption(): Option {
  return new Option(
    '--processes <n>',
    'processes on this machine that take the run together, each its share of the batch; under mpiexec or srun, leave it out',
  ).argParser(count);
}

export function restartsOption(): Option {
  return new Option(
    '--restarts <n>',
    'with --processes: resume by itself so often after a failure',
  ).argParser(count);
}

/** So long rank 0 may take to tell of a failure, before the others end by themselves [ms]. */
const farewellMs = 15_000;

/**
 * Takes a command as one of several processes if a launcher has started several, starts them if `--processes` asks for
 * them, and otherwise takes it alone (`world` is null).
 *
 * @param resumes words to add to the command line when it is started again after a failure
 */
export async function onProcesses(
  { processes = 1, restarts = 0 }: ProcessFlags,
  take: (world: World | null) => Promise<void>,
  resumes: () => Promise<readonly string[]> = async () => [],
): Promise<void> {
  const place = launched();
  if (place !== null) return asRank(take, place, processes);
  if (processes === 1) return take(null);
  const report = (sentence: string): void => void process.stderr.write(`xkd: ${sentence}\n`);
  const words = withoutProcesses(process.argv.slice(2));
  for (let left = restarts, more: readonly string[] = []; ; left--) {
    const command = [process.execPath, ...process.execArgv, process.argv[1], ...words, ...more];
    const { code, failed } = await launch({ processes, command, report });
    process.exitCode = code;
    if (!failed || left === 0) return;
    more = (await resumes()).filter((word) => !words.includes(word));
    report(`starting again (${left} of ${restarts} restarts left).`);
  }
}

async function asRank(take: (world: World) => Promise<void>, place: Launched, asked: number): Promise<void> {
  if (asked !== 1 && asked !== place.size)
    throw new UserError(
      `--processes is ${asked}, but the launcher has started ${place.size}; leave the option out under mpiexec or srun.`,
    );
  Object.assign(process.env, shareOfMachine(place));
  const world = await World.join(place);
  const watch = endWithLauncher();
  try {
    await take(world);
    await world.leave();
  } catch (error) {
    throw await asFailure(world, error);
  } finally {
    clearInterval(watch);
  }
}

/** Lets the others know of a failure. Of an error that all have, or that another rank tells, this one says nothing. */
async function asFailure(world: World, error: unknown): Promise<unknown> {
  const known = world.failure;
  if (known === null) world.fail(sentenceOf(error));
  const failure = known ?? error;
  const tells = known === null ? world.isFirst : known.isTold;
  if (tells) return failure;
  // The launcher ends all processes once one has ended in failure, so that the one that tells it must be first.
  await sleep(farewellMs);
  process.exit(1);
}

function sentenceOf(error: unknown): string {
  if (error instanceof UserError) return error.message;
  const known = machineLimit(error) ?? diskTrouble(error);
  if (known !== null) return known.message;
  return error instanceof Error
    ? `${error.message} (a defect; ${error.stack?.split('\n')[1]?.trim() ?? ''})`
    : String(error);
}

/** A process whose launcher was killed ends as well. */
function endWithLauncher(): NodeJS.Timeout | undefined {
  const launcher = Number(process.env.XKD_LAUNCHER);
  if (!launcher) return undefined;
  return setInterval(() => {
    if (process.ppid !== launcher) process.exit(1);
  }, 1000).unref();
}

function withoutProcesses(words: readonly string[]): string[] {
  const isOurs = (word: string): boolean => /^--(processes|restarts)(=|$)/.test(word);
  return words.filter(
    (word, i) => !isOurs(word) && !(i > 0 && /^--(processes|restarts)$/.test(words[i - 1])),
  );
}
