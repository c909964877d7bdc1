import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** The project folder; these files run from test/dist/setup. */
export const root = path.resolve(__dirname, '..', '..', '..');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Loads one of the set-up's ES modules from CommonJS (TypeScript would compile the import to a require). */
export async function loadScript<T>(file: string, from = root): Promise<T> {
  const load = new Function('url', 'return import(url)') as (url: string) => Promise<T>;
  return load(pathToFileURL(path.join(from, 'scripts', file)).href);
}

export interface StartArgs {
  readonly cwd?: string;
  /** Variables to set, or, if undefined, to remove. */
  readonly env?: Record<string, string | undefined>;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Text written to stdout and stderr so far. */
  readonly said: () => string;
}

/** Starts Node as a user would from a shell. */
export function startNode(args: readonly string[], { cwd = root, env = {} }: StartArgs = {}): Started {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (piece) => (stdout += String(piece)));
  child.stderr.on('data', (piece) => (stderr += String(piece)));
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code) => resolve({ code, stdout, stderr })),
  );
  return { child, ended, said: () => stdout + stderr };
}

export function runNode(args: readonly string[], options?: StartArgs): Promise<Ended> {
  return startNode(args, options).ended;
}

/** Waits until `look` returns a value. */
export async function until<T>(look: () => T | undefined | false, seconds = 30): Promise<T> {
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const value = look();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`It did not happen within ${seconds} s.`);
}

/** A fresh copy of the project, with this checkout's npm packages and nothing else set up. */
export function freshCopy(): string {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'xkd-setup-')));
  for (const name of [
    'package.json',
    'package-lock.json',
    '.npmrc',
    'tsconfig.json',
    'scripts',
    'lib/native',
    'lib/tfjs-node',
  ]) {
    fs.cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  }
  fs.mkdirSync(path.join(folder, 'bin'));
  fs.symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  return folder;
}
