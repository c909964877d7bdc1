import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listCheckpoints, readCheckpointInfo, type BadClip, type BatchSource } from 'xkd/internal';
import { config, entries, finish, open, source } from '../support/runs';

describe('clips that a run could not use', () => {
  const folder = mkdtempSync(join(tmpdir(), 'xkd-skipped-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Batches that each report a clip that could not be used. */
  function leaky(start: number): BatchSource {
    const made = source(config, start);
    const next = async () => {
      const batch = await made.next();
      const skipped: BadClip[] = [{ clip: batch.step >> 1, reason: 'is empty' }];
      return { ...batch, skipped };
    };
    return { ...made, next };
  }

  it('belong to its state, so that a resumed run knows the same as one in one go', async () => {
    const whole = await open(join(folder, 'whole'), { openSource: async (start) => leaky(start) });
    await finish(whole);
    const first = await open(join(folder, 'parts'), { openSource: async (start) => leaky(start) });
    await finish(first, 5);
    first.state.dispose();
    let known: readonly BadClip[] = [];
    const openSource = async (start: number, _steps: number, skipped: readonly BadClip[]) => {
      known = skipped;
      return leaky(start);
    };
    const rest = await open(join(folder, 'parts'), { resume: true, openSource });
    assert.deepEqual(
      known.map(({ clip }) => clip),
      [0, 1, 2],
    );
    await finish(rest);
    const expected = [0, 1, 2, 3].map((clip) => ({ path: entries[clip].path, reason: 'is empty' }));
    for (const run of [whole, rest]) assert.deepEqual(run.skipped, expected);
    const [skipped, again] = ['whole', 'parts'].map((name) =>
      JSON.parse(readFileSync(join(folder, name, 'skipped.json'), 'utf8')),
    );
    assert.deepEqual([skipped, again], [expected, expected]);
    const [newest] = listCheckpoints(join(folder, 'parts'));
    assert.deepEqual(readCheckpointInfo(newest).skipped.length, 4);
    for (const run of [whole, rest]) run.state.dispose();
  });
});
