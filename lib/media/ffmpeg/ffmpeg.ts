import { UserError } from '../../errors';
import { machineLimit } from '../../machineLimit';
import { ChildTable } from '../children';
import { ffmpegPath } from '../ffmpegPath';
import { startFfmpeg, type FfmpegCommand, type FfmpegEvents, type FfmpegProcess } from './ffmpegProcess';
import { startHostedFfmpeg } from './hostedFfmpeg';
import { SilenceWatch } from '../silenceWatch';

export { ffmpegPath };

export interface FfmpegRunArgs {
  /**
   * Arguments after the program's name; outputs are `pipe:1`, `pipe:3`, `pipe:4`... in the order of `sinks`.
   */
  readonly args: readonly string[];
  /** Called with the bytes of each output as they arrive; may throw to stop the process. */
  readonly sinks?: readonly ((bytes: Buffer) => void)[];
  /**
   * Called with all text that ffmpeg has written to stderr so far, whenever there is more; may throw to stop.
   */
  readonly onLog?: (log: string) => void;
  /** Socket of a host that starts the process ({@link FfmpegHost}); default: this process starts it. */
  readonly host?: string;
  /**
   * Table in which the process is registered while it runs; default: one that is closed when this process
   * ends.
   */
  readonly children?: ChildTable;
  readonly signal?: AbortSignal;
  /** End the process when it has made no progress for long: its input is a file of the user's. */
  readonly endsHung?: boolean;
}

export interface FfmpegResult {
  readonly exitCode: number | null;
  /** ffmpeg's output on stderr, at most {@link mostLogCharacters}. */
  readonly log: string;
}

/** Thrown when ffmpeg or a decoder was stopped by its caller or from outside, not because of the file. */
export class ProcessStopped extends Error {
  override readonly name = 'ProcessStopped';
}

/** Thrown when ffmpeg was ended because it made no progress. */
export class FfmpegHung extends Error {
  override readonly name = 'FfmpegHung';

  /** @param seconds time without progress [s] */
  constructor(readonly seconds: number) {
    super(`ffmpeg did nothing for ${seconds} s and was ended.`);
  }
}

/**
 * Runs ffmpeg, passes on its outputs as they arrive, and resolves when it has ended and been reaped. It is
 * killed when the signal is aborted, a sink throws, its table is closed, or its host or this process ends.
 *
 * @throws ProcessStopped if the signal was aborted or the table closed; FfmpegHung; whatever a sink threw
 */
export async function runFfmpeg(run: FfmpegRunArgs): Promise<FfmpegResult> {
  if (run.signal?.aborted || run.children?.closed) throw new ProcessStopped('ffmpeg was not started.');
  const sinks = run.sinks ?? [];
  const command = {
    program: ffmpegPath(),
    args: ['-hide_banner', '-nostdin', ...run.args],
    outputs: sinks.length,
  };
  const failures: unknown[] = [];
  let log = '';
  let exitCode: number | null = null;
  let child: FfmpegProcess | undefined;
  const stop = (reason: unknown): void => {
    failures.push(reason);
    child?.kill();
  };
  const guard = (work: () => void): void => {
    if (failures.length > 0) return;
    try {
      work();
    } catch (error) {
      stop(error);
    }
  };
  const onAbort = (): void => stop(new ProcessStopped('ffmpeg was stopped.'));
  run.signal?.addEventListener('abort', onAbort);
  const watch = new SilenceWatch(() => stop(new FfmpegHung(watch.seconds)));
  if (run.endsHung) watch.start();
  const ended = new Promise<void>((done) => {
    const events = {
      onBytes: (output: number, bytes: Buffer) => {
        watch.alive();
        guard(() => sinks[output](bytes));
      },
      onLog: (text: string) => {
        watch.alive();
        if (log.length >= mostLogCharacters) return;
        log += text;
        guard(() => run.onLog?.(log));
      },
      onEnd: (code: number | null, failure: Error | null) => {
        exitCode = code;
        if (failure) failures.push(failure);
        done();
      },
    };
    child =
      run.host === undefined
        ? startLocally(command, events, run.children ?? ownChildren())
        : startHostedFfmpeg(run.host, command, events);
  });
  try {
    await ended;
  } finally {
    watch.stop();
    run.signal?.removeEventListener('abort', onAbort);
  }
  if (failures.length > 0) throw explain(failures[0], command.program);
  if (run.children?.closed && exitCode !== 0) throw new ProcessStopped('ffmpeg was stopped.');
  return { exitCode, log };
}

const mostLogCharacters = 200_000;
let processChildren: ChildTable | undefined;

/** Table for processes without another owner; they are killed when this process ends. */
function ownChildren(): ChildTable {
  if (processChildren === undefined) {
    const table = new ChildTable();
    process.once('exit', () => table.killAll());
    processChildren = table;
  }
  return processChildren;
}

function startLocally(command: FfmpegCommand, events: FfmpegEvents, children: ChildTable): FfmpegProcess {
  const child = startFfmpeg(command, {
    ...events,
    onEnd: (exitCode, failure) => {
      if (child.pid !== undefined) children.remove(child.pid);
      events.onEnd(exitCode, failure);
    },
  });
  if (child.pid !== undefined) children.add(child.pid);
  return child;
}

function explain(failure: unknown, program: string): unknown {
  const limit = machineLimit(failure);
  if (limit !== null) return limit;
  const code = (failure as NodeJS.ErrnoException)?.code;
  if (code !== 'ENOENT' && code !== 'EACCES' && code !== 'ENOEXEC') return failure;
  return new UserError(`${program} could not be started (${code}): set FFMPEG_BIN to another ffmpeg.`);
}
