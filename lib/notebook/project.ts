import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../../..');

/** A path inside the project, independent of the folder in which the notebook runs. */
export function projectPath(...parts: readonly string[]): string {
  return join(root, ...parts);
}

/** True if notebooks should run in a short form: the environment variable `XKD_FAST` is 1. Tests set it. */
export function fastMode(): boolean {
  return process.env.XKD_FAST === '1';
}
