import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  clipsToLookAt,
  configure,
  makeSampleSet,
  openDataset,
  slidingWindows,
  UserError,
  wholeClip,
  type MediaEntry,
} from 'xkd/internal';

const config = configure('nano');

describe('windows of a file', () => {
  const out = mkdtempSync(join(tmpdir(), 'xkd-windows-'));
  let entries: readonly MediaEntry[];
  before(async function () {
    this.timeout(120_000);
    await makeSampleSet({ out, train: 2, test: 0, workers: 1 });
    entries = (await openDataset(out)).entries;
  });
  after(() => rmSync(out, { recursive: true }));

  it('begin a frame apart, and show the same frames where they overlap', async () => {
    const files = await slidingWindows(entries, config);
    assert.equal(files.length, 2);
    for (const [file, windows] of files.entries()) {
      windows.forEach(({ entry, startSeconds }, i) => {
        assert.equal(entry.path, entries[file].path);
        assert.ok(Math.abs(startSeconds - i / 8) < 1e-6);
      });
    }
    const [[first, second]] = files;
    const frame = (data: Float32Array, t: number) => data.subarray(t * 1024, (t + 1) * 1024); // red, [3, T, S, S]
    frame(second.video.data, 3).forEach((value, i) => {
      assert.ok(Math.abs(value - frame(first.video.data, 4)[i]) < 0.05);
    });
  });

  it('fill the whole that figures draw', async () => {
    const [[windows], { clip, config: long }] = [
      await slidingWindows([entries[0]], config),
      await wholeClip(entries[0], config),
    ];
    const frames = 8 + windows.length - 1;
    assert.deepEqual(clip.video.shape, [1, 3, frames, 32, 32]);
    assert.deepEqual(clip.audio.shape, [1, 1, 32, 4 * frames]);
    assert.equal(long.spectrogram.columns, 4 * frames);
    assert.equal(clip.startSeconds, 0);
  });

  it('are refused where the file is shorter than a clip', async () => {
    const minute = { ...config, clip: { ...config.clip, seconds: 60 } };
    await assert.rejects(slidingWindows(entries, minute), (error) => {
      return error instanceof UserError && /shorter than a clip of 60 s/.test(error.message);
    });
  });

  it('come with the middles of files as one batch', async () => {
    const { video, audio, labels } = await clipsToLookAt(entries, config);
    assert.deepEqual([video.shape[0], audio.shape[0]], [2, 2]);
    assert.deepEqual(
      labels,
      entries.map(({ label }) => label),
    );
    await assert.rejects(clipsToLookAt([], config), UserError);
  });
});
