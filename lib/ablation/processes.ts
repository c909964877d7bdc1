import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { UserError } from '../errors';
import { stopMessage, type WorkNews, type WorkOrder } from './messages';

export interface ProcessesArgs {
  readonly orders: readonly WorkOrder[];
  /** Number of concurrent processes. */
  readonly processes: number;
  /** Number of TensorFlow threads per process. */
  readonly threads: number;
  readonly signal?: AbortSignal;
  readonly onNews: (order: WorkOrder, news: WorkNews) => void;
}

/** Number of lines shown of a failed process. */
const shownLines = 4;

/**
 * Processes orders in child processes. The first failure ends all.
 *
 * @throws UserError from a process, or if one ended unexpectedly
 */
export async function workInProcesses({ orders, processes, signal, ...args }: ProcessesArgs): Promise<void> {
  const waiting = [...orders];
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  const takeOrders = async (): Promise<void> => {
    try {
      while (waiting.length > 0 && !stop.signal.aborted) {
        await workOff(waiting.shift()!, stop.signal, args);
      }
    } catch (error) {
      abort();
      throw error;
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: processes }, takeOrders));
  signal?.removeEventListener('abort', abort);
  const failure = ends.find((end) => end.status === 'rejected');
  if (failure) throw failure.reason;
}

type WorkArgs = Pick<ProcessesArgs, 'threads' | 'onNews'>;

function workOff(order: WorkOrder, stop: AbortSignal, { threads, onNews }: WorkArgs): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = start(threads);
    const askToStop = (): void => void (child.connected && child.send(stopMessage));
    const kill = (): void => void child.kill('SIGKILL');
    let failure: Error | null = null;
    let said = '';
    child.stderr!.on('data', (piece: Buffer) => (said = (said + String(piece)).slice(-4000)));
    child.on('message', (news: WorkNews) => {
      if (news.kind !== 'failed') onNews(order, news);
      else failure = news.isUserError ? new UserError(news.message) : new Error(news.message);
    });
    child.on('error', (error) => (failure ??= error));
    child.on('close', (code, by) => {
      process.off('exit', kill);
      stop.removeEventListener('abort', askToStop);
      if (failure === null && code !== 0 && !stop.aborted) failure = ended(by ?? `code ${code}`, said);
      if (failure) reject(failure);
      else resolve();
    });
    process.on('exit', kill);
    stop.addEventListener('abort', askToStop, { once: true });
    child.send(order, (error) => (failure ??= error));
  });
}

function start(threads: number): ChildProcess {
  const count = String(threads);
  return fork(join(__dirname, 'worker.js'), {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: {
      ...process.env,
      TF_NUM_INTRAOP_THREADS: count,
      TF_NUM_INTEROP_THREADS: count,
      OMP_NUM_THREADS: count,
    },
  });
}

function ended(how: string, said: string): UserError {
  const lines = said.trim().split('\n').slice(-shownLines).join(' | ');
  return new UserError(
    `A training process ended with ${how}${lines ? ` (${lines})` : ''}; the same command continues, with less memory if --processes is smaller.`,
  );
}
