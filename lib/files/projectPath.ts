import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../../..');

/**
 * A path inside the project, independent of the folder in which the notebook runs.
 *
 * @example
 * ```ts
 * import { relative } from 'node:path';
 * import { projectPath } from 'xkd';
 *
 * const sample = projectPath('data', 'sample');
 * console.log(relative(projectPath(), sample)); // data/sample
 * ```
 */
export function projectPath(...parts: readonly string[]): string {
  return join(root, ...parts);
}
