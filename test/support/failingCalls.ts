import fs from 'node:fs';

/**
 * Runs an action while a file system call fails as the system would make it fail.
 *
 * @param only path for which it fails; default: any
 */
export function withFailing(
  call: 'writeSync' | 'openSync' | 'mkdirSync' | 'statSync' | 'readFileSync',
  code: string,
  action: () => void,
  only?: string,
): void {
  const original = fs[call];
  Object.assign(fs, {
    [call]: (...args: unknown[]) => {
      if (only !== undefined && args[0] !== only)
        return (original as (...args: unknown[]) => unknown)(...args);
      throw Object.assign(new Error(code), { code });
    },
  });
  try {
    action();
  } finally {
    Object.assign(fs, { [call]: original });
  }
}
