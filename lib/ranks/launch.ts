import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { constants, hostname } from 'node:os';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { ProcessManager } from './pmi';

export interface LaunchArgs {
  readonly processes: number;
  /** The program and its arguments, the same for all. */
  readonly command: readonly string[];
  /** Tells what happens to processes that can't tell it themselves. */
  readonly report: (sentence: string) => void;
}

/** How the processes of a run ended. */
export interface LaunchEnd {
  /** Exit code of the run. */
  readonly code: number;
  /** True if a process failed or was killed; false after a success, or a request to stop. */
  readonly failed: boolean;
}

/** So long the others may take to tell why a process has failed, and rank 0 to save [ms]. */
const farewellMs = 8_000;
const descriptor = 3;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Starts a program as several processes on this machine and waits for their end. They join by MPI, through shared memory;
 * no port is opened. Rank 0 has the terminal; what others write on stderr is told with their rank. A request to stop goes to
 * rank 0, which agrees with the others. When one fails, the others end as well: none is left behind.
 */
export async function launch({ processes, command, report }: LaunchArgs): Promise<LaunchEnd> {
  const manager = new ProcessManager(processes);
  const children = Array.from({ length: processes }, (_, rank) => start(manager, rank, command, report));
  let stopping = false;
  const pass = (signal: NodeJS.Signals): void => {
    stopping = true;
    children[0].kill(signal);
  };
  for (const signal of signals) process.on(signal, pass);
  try {
    return await untilEnd(children, report, () => stopping);
  } finally {
    for (const signal of signals) process.removeListener(signal, pass);
  }
}

function start(
  manager: ProcessManager,
  rank: number,
  [program, ...args]: readonly string[],
  report: LaunchArgs['report'],
): ChildProcess {
  const env = {
    ...process.env,
    // On one machine, memory is shared: MPI need not listen for others.
    UCX_TLS: process.env.UCX_TLS ?? 'self,sm',
    XKD_LAUNCHER: String(process.pid),
    ...manager.environmentOf(rank, descriptor),
  };
  const isFirst = rank === 0;
  const stdio = isFirst ? 'inherit' : 'ignore';
  const child = spawn(program, args, { stdio: [stdio, stdio, isFirst ? 'inherit' : 'pipe', 'pipe'], env });
  if (child.stderr)
    createInterface({ input: child.stderr }).on('line', (line) => report(`rank ${rank}: ${line}`));
  manager.serve(child.stdio[descriptor] as Duplex);
  return child;
}

async function untilEnd(
  children: readonly ChildProcess[],
  report: LaunchArgs['report'],
  isStopping: () => boolean,
): Promise<LaunchEnd> {
  const ends = children.map(async (child, rank) => ({ rank, ...(await endOf(child)) }));
  const bad = ends.map(async (end) => ((await end).code === 0 ? new Promise<never>(() => {}) : end));
  const all = Promise.all(ends);
  const ended = await Promise.race([all, ...bad]);
  // The one that failed may be the last to end.
  const first = Array.isArray(ended) ? ended.find(({ code }) => code !== 0) : ended;
  if (first === undefined) return { code: 0, failed: false };
  const { rank, signal } = first;
  // A rank that ends by itself has told the others why, and rank 0 tells the user. A killed one could not.
  const isKilled = signal !== null && !(isStopping() && rank === 0);
  if (isKilled) report(`${nameOf(rank)} was ended by ${signal}${signal === 'SIGKILL' ? memoryHint : ''}.`);
  const quiet = signal === null && rank !== 0;
  const told = quiet ? await Promise.race([ends[0], later(farewellMs)]) : null;
  if (quiet && told === null) report(`${nameOf(rank)} failed, and rank 0 did not end after it.`);
  // Those that were asked to stop end by themselves, each with the code of the signal.
  if (isStopping() && signal === null) await Promise.race([all, later(farewellMs)]);
  const memory = new Set(children.flatMap(({ pid }) => sharedMemoryOf(pid)));
  for (const child of children) child.kill('SIGKILL');
  await all;
  for (const path of memory) rmSync(path, { force: true });
  // The signal that ended a process is told above, and is not that of the run.
  return { code: isKilled ? 1 : first.code, failed: !isStopping() };
}

/** Files of the memory that a process shares with the others by MPI: those of processes that are killed stay behind. */
function sharedMemoryOf(pid: number | undefined): string[] {
  try {
    return readFileSync(`/proc/${pid}/maps`, 'utf8').match(/\/dev\/shm\/mpich_shm_\w+/g) ?? [];
  } catch {
    return []; // It has ended, or the system has no such files.
  }
}

const memoryHint =
  '; unless somebody did that, the system had too little memory left: choose a smaller training.batch or fewer processes';

function nameOf(rank: number): string {
  return `rank ${rank} on ${hostname()}`;
}

interface Ended {
  readonly code: number;
  readonly signal: NodeJS.Signals | null;
}

function endOf(child: ChildProcess): Promise<Ended> {
  return new Promise((resolve) => {
    child.on('error', () => resolve({ code: 1, signal: null }));
    child.on('exit', (code, signal) =>
      resolve({ code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), signal }),
    );
  });
}

function later(ms: number): Promise<null> {
  return new Promise((resolve) => void setTimeout(() => resolve(null), ms).unref());
}
