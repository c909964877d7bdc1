import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../../..');

/** A path inside the project, independent of the folder in which the notebook runs. */
export function projectPath(...parts: readonly string[]): string {
  return join(root, ...parts);
}
