import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

export interface FfmpegCommand {
  /** Path of the program. */
  readonly program: string;
  readonly args: readonly string[];
  /** Number of outputs, written to `pipe:1`, `pipe:3`, `pipe:4`... */
  readonly outputs: number;
}

/** Callbacks for the events of a running ffmpeg. */
export interface FfmpegEvents {
  /** Bytes of an output; outputs count from 0. */
  onBytes(output: number, bytes: Buffer): void;
  /** Text on stderr. */
  onLog(text: string): void;
  /** The process has ended and been reaped, and all its output has been passed on; called once. */
  onEnd(exitCode: number | null, failure: Error | null): void;
}

export interface FfmpegProcess {
  /** Undefined if it is not a child of this process or could not be started. */
  readonly pid: number | undefined;
  kill(): void;
  /** Stops reading outputs until resumed; ffmpeg then blocks. */
  pause(): void;
  resume(): void;
}

/**
 * Starts ffmpeg in its own session, so that Ctrl-C in a terminal or a notebook's interrupt reaches only this
 * process. However this process ends, ffmpeg ends at its next write.
 */
export function startFfmpeg(command: FfmpegCommand, events: FfmpegEvents): FfmpegProcess {
  const extra = Array.from({ length: Math.max(0, command.outputs - 1) }, () => 'pipe' as const);
  const child = spawn(command.program, command.args, {
    stdio: ['ignore', command.outputs > 0 ? 'pipe' : 'ignore', 'pipe', ...extra],
    detached: true,
    windowsHide: true,
  });
  const pipes = Array.from(
    { length: command.outputs },
    (_, i) => child.stdio[i === 0 ? 1 : i + 2] as Readable,
  );
  pipes.forEach((pipe, i) => pipe.on('data', (bytes: Buffer) => events.onBytes(i, bytes)));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => events.onLog(text));
  let failure: Error | null = null;
  child.on('error', (error) => (failure = error));
  child.on('close', (exitCode) => events.onEnd(exitCode, failure));
  return {
    pid: child.pid,
    kill: () => child.kill('SIGKILL'),
    pause: () => pipes.forEach((pipe) => pipe.pause()),
    resume: () => pipes.forEach((pipe) => pipe.resume()),
  };
}
