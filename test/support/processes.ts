import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openSafetensors, projectPath } from 'xkd/internal';

/** Sets up the MPI of runs on several processes, as a user's first such command does. */
export function setUpMpi(): void {
  const module = pathToFileURL(projectPath('scripts/setup/set-up.mjs')).href;
  const script = `const { setUp } = await import(${JSON.stringify(module)}); process.exit((await setUp({ build: false, mpi: true })) ? 0 : 1);`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`These tests need MPI, which could not be set up: ${stderr}`);
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command line under way. */
export interface Started {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Text on stderr so far. */
  said(): string;
}

export function start(words: readonly string[], env: NodeJS.ProcessEnv = {}): Started {
  return follow(process.execPath, [projectPath('lib/dist/cli/main.js'), ...words], env);
}

function follow(program: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): Started {
  const child = spawn(program, words, { env: { ...process.env, ...env } });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { pid: child.pid!, ended, said: () => stderr };
}

/** Runs a command line that must succeed. */
export async function succeed(words: readonly string[]): Promise<Ended> {
  const ended = await start(words).ended;
  if (ended.code !== 0) throw new Error(`xkd ${words.join(' ')} ended with ${ended.code}: ${ended.stderr}`);
  return ended;
}

/** Paths of a run's checkpoints, oldest first. */
export function checkpointsOf(run: string): string[] {
  const folder = join(run, 'checkpoints');
  const names = readdirSync(folder).filter((name) => name.endsWith('.safetensors'));
  return names.sort().map((name) => join(folder, name));
}

/** Tensors of a run's newest checkpoint. */
export function tensorsOf(run: string): Map<string, Float32Array> {
  const reader = openSafetensors(checkpointsOf(run).at(-1)!);
  try {
    return new Map(
      reader.names().map((name) => [name, Float32Array.from(reader.read(name).data as Float32Array)]),
    );
  } finally {
    reader.close();
  }
}

/** A column of a run's figures. */
export function figuresOf(run: string, column: string): number[] {
  const [head, ...rows] = readFileSync(join(run, 'metrics.csv'), 'utf8').trim().split('\n');
  const at = head.split(',').indexOf(column);
  return rows.map((row) => Number(row.split(',')[at]));
}

/** Forgets everything after a run's oldest checkpoint, as if it had been killed then. */
export function cutRun(run: string): void {
  for (const path of checkpointsOf(run).slice(1)) rmSync(path);
}

/** Largest deviation, relative to the largest value. */
export function deviation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [largest, apart] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    largest = Math.max(largest, Math.abs(a[i]));
    apart = Math.max(apart, Math.abs(a[i] - b[i]));
  }
  return apart === 0 ? 0 : apart / largest;
}

/** Processes that a launcher has started, by rank. */
export function ranksOf(launcher: number): Map<number, number> {
  const text = readFileSync(`/proc/${launcher}/task/${launcher}/children`, 'utf8');
  const found = text.trim().split(' ').map(Number);
  const rankOf = (pid: number) =>
    /(?:^|\0)PMI_RANK=(\d+)/.exec(readFileSync(`/proc/${pid}/environ`, 'utf8'))?.[1];
  return new Map(
    found.flatMap((pid) => (rankOf(pid) === undefined ? [] : [[Number(rankOf(pid)), pid] as const])),
  );
}

/** Starts command lines as the processes of one run, by the mpiexec that set-up found. */
export function underMpiexec(
  commands: readonly (readonly string[])[],
  main = projectPath('lib/dist/cli/main.js'),
): Started {
  const { mpiexec } = JSON.parse(readFileSync(projectPath('.native/mpi.json'), 'utf8')) as {
    mpiexec: string;
  };
  const each = commands.map((words) => ['-n', '1', process.execPath, main, ...words]);
  return follow(
    mpiexec,
    each.flatMap((words, i) => (i === 0 ? words : [':', ...words])),
  );
}
