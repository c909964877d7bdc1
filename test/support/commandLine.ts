import assert from 'node:assert/strict';
import { main } from 'xkd/dist/cli/main';

/** A command line's words, run in this process: how it ends, and what it writes. It leaves no listener for signals. */
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

/** Sees to it that a command line that can't be meant is refused in one sentence, with no stack trace. */
export async function assertRefused(words: readonly string[], sentence: RegExp): Promise<void> {
  const { code, stderr } = await runHere(words);
  assert.ok(code === 1 || code === 2, `${code} ${stderr}`);
  assert.match(stderr, sentence);
  assert.equal(stderr.trim().split('\n').length, 1, stderr);
}
