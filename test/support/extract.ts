import assert from 'node:assert/strict';
import type { XkdConfig } from 'xkd';
import { main } from 'xkd/dist/cli/main';

/**
 * Extracts a data set through the command, with one worker.
 *
 * @param more further options
 */
export async function extract(data: string, out: string, more: readonly string[]): Promise<void> {
  assert.equal(await main(['extract', '--data', data, '--out', out, '--workers', '1', ...more]), 0);
}

/** The options for the stored format that a configuration reads. */
export function formOf({ clip: { frameSize, framesPerSecond, sampleRateHz } }: XkdConfig): string[] {
  return ['--short-side', `${frameSize}`, '--fps', `${framesPerSecond}`, '--sample-rate', `${sampleRateHz}`];
}
