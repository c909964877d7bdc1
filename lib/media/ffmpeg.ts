import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { UserError } from '../errors';
import { ChildTable } from './children';

export interface FfmpegRunArgs {
  /** Arguments after the program's name; outputs are `pipe:1`, `pipe:3`, `pipe:4`... in the order of sinks. */
  readonly args: readonly string[];
  /** Called with the bytes of each output as they come; may throw to stop the process. */
  readonly sinks?: readonly ((bytes: Buffer) => void)[];
  /** Called with the text that ffmpeg wrote to stderr so far, whenever there is more; may throw to stop. */
  readonly onLog?: (log: string) => void;
  /** Table in which the process is noted while it runs; by default one that ends with this process. */
  readonly children?: ChildTable;
  readonly signal?: AbortSignal;
}

export interface FfmpegResult {
  readonly exitCode: number | null;
  /** What ffmpeg wrote to stderr, at most {@link mostLogCharacters}. */
  readonly log: string;
}

/** ffmpeg was stopped by its caller, not by a fault of the file. */
export class FfmpegStopped extends Error {
  override readonly name = 'FfmpegStopped';
}

/**
 * The ffmpeg in use: `FFMPEG_BIN`, the one that the set-up chose, the system's, that of ffmpeg-static, or that
 * of imageio-ffmpeg in the Python environment; the first that is there.
 *
 * @throws UserError if there is none
 */
export function ffmpegPath(): string {
  const found = [...candidates()].find((path) => path !== undefined && isProgram(path));
  if (found === undefined) {
    throw new UserError(
      'There is no ffmpeg: run "npm run setup", or set FFMPEG_BIN to the path of an ffmpeg.',
    );
  }
  return found;
}

/**
 * Runs ffmpeg, hands on its outputs as they come, and resolves when it has ended and was reaped. The process
 * has a session of its own, so that Ctrl-C in a terminal reaches only us; it is killed when the signal is
 * raised, when a sink throws, when the table is closed and when this process ends.
 *
 * @throws FfmpegStopped if the signal was raised or the table closed; whatever a sink threw
 */
export async function runFfmpeg(run: FfmpegRunArgs): Promise<FfmpegResult> {
  const children = run.children ?? ownChildren();
  if (children.closed || run.signal?.aborted) throw new FfmpegStopped('ffmpeg was not started.');
  const sinks = run.sinks ?? [];
  const outputs = sinks.map(() => 'pipe' as const);
  const child = spawn(ffmpegPath(), ['-hide_banner', '-nostdin', ...run.args], {
    stdio: ['ignore', outputs[0] ?? 'ignore', 'pipe', ...outputs.slice(1)],
    detached: true,
    windowsHide: true,
  });
  let failure: unknown;
  let log = '';
  const stop = (reason: unknown): void => {
    failure ??= reason;
    child.kill('SIGKILL');
  };
  const guard = (work: () => void): void => {
    if (failure !== undefined) return;
    try {
      work();
    } catch (error) {
      stop(error);
    }
  };
  const onAbort = (): void => stop(new FfmpegStopped('ffmpeg was stopped.'));
  run.signal?.addEventListener('abort', onAbort);
  sinks.forEach((sink, i) => {
    const pipe = child.stdio[i === 0 ? 1 : i + 2] as Readable;
    pipe.on('data', (bytes: Buffer) => guard(() => sink(bytes)));
  });
  (child.stdio[2] as Readable).setEncoding('utf8').on('data', (text: string) => {
    if (log.length >= mostLogCharacters) return;
    log += text;
    guard(() => run.onLog?.(log));
  });
  const exitCode = await new Promise<number | null>((done) => {
    child.on('error', (error) => {
      failure ??= new UserError(
        `ffmpeg could not be started (${error.message}): set FFMPEG_BIN to another one.`,
      );
      done(null);
    });
    if (child.pid !== undefined) children.add(child.pid);
    child.on('close', done);
  });
  if (child.pid !== undefined) children.remove(child.pid);
  run.signal?.removeEventListener('abort', onAbort);
  if (failure === undefined && children.closed && exitCode !== 0) {
    failure = new FfmpegStopped('ffmpeg was stopped.');
  }
  if (failure !== undefined) throw failure;
  return { exitCode, log };
}

const mostLogCharacters = 200_000;
const projectRoot = resolve(__dirname, '../../..');
let processChildren: ChildTable | undefined;

/** The table for processes that nobody else keeps: ended when this process ends. */
function ownChildren(): ChildTable {
  if (processChildren === undefined) {
    const table = new ChildTable();
    process.once('exit', () => table.killAll());
    processChildren = table;
  }
  return processChildren;
}

function* candidates(): Generator<string | undefined> {
  yield process.env.FFMPEG_BIN;
  yield fromSetup();
  const program = process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg';
  for (const folder of (process.env.PATH ?? '').split(delimiter)) yield join(folder, program);
  yield join(projectRoot, 'node_modules', 'ffmpeg-static', program);
  yield* fromPython();
}

function fromSetup(): string | undefined {
  try {
    const { path } = JSON.parse(readFileSync(join(projectRoot, '.native/ffmpeg.json'), 'utf8')) as {
      path?: unknown;
    };
    return typeof path === 'string' ? resolve(projectRoot, path) : undefined;
  } catch {
    return undefined;
  }
}

function* fromPython(): Generator<string> {
  const libraries = join(projectRoot, '.venv/lib');
  for (const python of existsSync(libraries) ? readdirSync(libraries) : []) {
    const folder = join(libraries, python, 'site-packages/imageio_ffmpeg/binaries');
    for (const file of existsSync(folder) ? readdirSync(folder) : []) {
      if (file.startsWith('ffmpeg')) yield join(folder, file);
    }
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
