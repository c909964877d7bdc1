import assert from 'node:assert/strict';
import { main } from 'xkd/dist/cli/main';

/**
 * Runs a command line in this process and returns how it ends and what it writes. It leaves no signal
 * listeners behind.
 */
export async function runHere(
  words: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const streams = [process.stdout, process.stderr];
  const own = streams.map(({ write }) => write);
  const heard = ['', ''];
  const listening = signalListeners();
  streams.forEach((stream, i) => {
    stream.write = (text: string | Uint8Array) => {
      heard[i] += typeof text === 'string' ? text : Buffer.from(text).toString('utf8');
      return true;
    };
  });
  try {
    const code = await main(words);
    assert.deepEqual(signalListeners(), listening);
    return { code, stdout: heard[0], stderr: heard[1] };
  } finally {
    streams.forEach((stream, i) => (stream.write = own[i]));
  }
}

function signalListeners(): number[] {
  return ['SIGINT', 'SIGTERM'].map((signal) => process.listenerCount(signal));
}

/** Asserts that an invalid command line is refused in one sentence, without a stack trace. */
export async function assertRefused(words: readonly string[], sentence: RegExp): Promise<void> {
  const { code, stderr } = await runHere(words);
  assert.ok(code === 1 || code === 2, `${code} ${stderr}`);
  assert.match(stderr, sentence);
  assert.equal(stderr.trim().split('\n').length, 1, stderr);
}
