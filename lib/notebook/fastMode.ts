/**
 * True if notebooks should run in a short form: the environment variable `XKD_FAST` is 1. Tests set it.
 *
 * @example
 * ```ts
 * import { fastMode } from 'xkd';
 *
 * process.env.XKD_FAST = '1'; // As in XKD_FAST=1 npm run notebooks
 * const steps = fastMode() ? 4 : 400;
 * console.log(steps); // 4
 * ```
 */
export function fastMode(): boolean {
  return process.env.XKD_FAST === '1';
}
