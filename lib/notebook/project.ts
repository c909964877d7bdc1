import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../../..');

/** A path inside the project, whatever folder the notebook runs in. */
export function projectPath(...parts: readonly string[]): string {
  return join(root, ...parts);
}

/** Whether notebooks are to be short: the environment variable `XKD_FAST` is 1. Tests run them so. */
export function fastMode(): boolean {
  return process.env.XKD_FAST === '1';
}
