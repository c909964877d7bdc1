/** True if notebooks should run in a short form: the environment variable `XKD_FAST` is 1. Tests set it. */
export function fastMode(): boolean {
  return process.env.XKD_FAST === '1';
}
