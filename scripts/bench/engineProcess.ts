import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { UserError } from 'xkd/dist/errors';
import type { BenchEngine, BenchKind } from './options';
import type { Command, EngineProcess, Ready, Status, StepReply } from './protocol';

/** Number of lines of a failed process's output that are shown. */
const shownLines = 4;

/** Starts an engine. It answers each line with one line of JSON and is idle in between. */
export function startEngine(
  engine: BenchEngine,
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): EngineProcess {
  return new LineProcess(engine, spawn(command, args, { env: { ...process.env, ...env } }));
}

class LineProcess implements EngineProcess {
  private readonly waiting: { resolve: (value: never) => void; reject: (error: Error) => void }[] = [];
  private readonly first: Promise<Ready>;
  private readonly ended: Promise<void>;
  private failure: Error | null = null;
  private errors = '';

  constructor(
    readonly engine: BenchEngine,
    private readonly child: ChildProcessWithoutNullStreams,
  ) {
    this.first = this.expect<Ready>();
    // A failure before the first request is reported to the first request.
    this.first.catch(() => undefined);
    createInterface({ input: child.stdout }).on('line', (line) => this.take(line));
    child.stderr.on('data', (piece: Buffer) => (this.errors = (this.errors + String(piece)).slice(-4000)));
    // The process may have ended; its exit tells more than the broken pipe.
    child.stdin.on('error', () => undefined);
    // An engine in the middle of a step would outlive this process.
    const kill = () => child.kill('SIGKILL');
    process.on('exit', kill);
    this.ended = new Promise((resolve) => {
      const end = (how: string) => {
        process.off('exit', kill);
        this.fail(how);
        resolve();
      };
      child.on('error', (error) => end(`could not be started (${error.message})`));
      child.on('close', (code, signal) => end(signal ? `was ended by ${signal}` : `ended with code ${code}`));
    });
  }

  ready(): Promise<Ready> {
    return this.first;
  }

  run(kind: BenchKind, index: number): Promise<StepReply> {
    return this.ask({ do: kind, index });
  }

  status(): Promise<Status> {
    return this.ask({ do: 'status' });
  }

  async close(): Promise<void> {
    this.child.stdin.end();
    const late = setTimeout(() => this.child.kill('SIGKILL'), 5000);
    await this.ended;
    clearTimeout(late);
  }

  private ask<T>(command: Command): Promise<T> {
    const reply = this.expect<T>();
    this.child.stdin.write(`${JSON.stringify(command)}\n`);
    return reply;
  }

  private expect<T>(): Promise<T> {
    if (this.failure !== null) return Promise.reject(this.failure);
    return new Promise<T>((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  private take(line: string): void {
    // Libraries may print their own messages.
    if (line.startsWith('{')) this.waiting.shift()?.resolve(JSON.parse(line) as never);
  }

  private fail(how: string): void {
    const said = this.errors.trim().split('\n').slice(-shownLines).join(' | ');
    const memory = how.includes('SIGKILL') ? ' (out of memory?)' : '';
    this.failure ??= new UserError(
      `The process of ${this.engine} ${how}${memory}${said ? `: ${said}` : ''}; choose a smaller --preset or --batch, or leave it out with --engine.`,
    );
    this.waiting.splice(0).forEach(({ reject }) => reject(this.failure!));
  }
}
