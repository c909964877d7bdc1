import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { BadMedia, configure, decodeClip, openDataset, openLoader } from 'xkd/internal';
import { ffmpegPath } from 'xkd/dist/media/ffmpeg/ffmpeg';
import { ordinaryClip, temporaryFolder } from './fixtures';

describe('without libav, an ffmpeg that makes no progress', () => {
  const file = temporaryFolder();
  const usual = { ffmpeg: process.env.FFMPEG_BIN };

  /** Has this shell command decide how ffmpeg is called. */
  const callBy = (name: string, command: string): void => {
    writeFileSync(file(name), `#!/bin/sh\n${command}\n`, { mode: 0o755 });
    process.env.FFMPEG_BIN = file(name);
  };

  before(function () {
    if (process.platform === 'win32') this.skip();
    mkdirSync(file('clips'));
    for (const name of ['a.mp4', 'b.mp4', 'endless.mp4']) ordinaryClip(file(`clips/${name}`), 6);
  });
  beforeEach(() => {
    process.env.XKD_DECODER = 'ffmpeg';
    process.env.XKD_DECODER_SECONDS = '2';
  });
  afterEach(() => {
    delete process.env.XKD_DECODER;
    delete process.env.XKD_DECODER_SECONDS;
    if (usual.ffmpeg === undefined) delete process.env.FFMPEG_BIN;
    else process.env.FFMPEG_BIN = usual.ffmpeg;
  });

  const hangsOn = (what: string): void =>
    callBy('hangs', `case "$*" in ${what}) exec sleep 1000;; esac\nexec '${ffmpegPath()}' "$@"`);

  for (const [stage, what] of [
    ['opening', '*endless.mp4*framecrc*'],
    ['decoding', '*endless.mp4*f32le*'],
  ])
    it(`costs the file where it hangs while ${stage} it`, async () => {
      hangsOn(what);
      await assert.rejects(decodeClip(file('clips/endless.mp4')), (error: unknown) => {
        assert.ok(error instanceof BadMedia, String(error));
        assert.equal(error.reason, 'makes the decoder hang (it did nothing for 2 s and was ended)');
        return true;
      });
    });

  it('costs the file and not the run', async () => {
    hangsOn('*endless.mp4*');
    const { entries } = await openDataset(file('clips'));
    const loader = await openLoader({
      entries,
      config: configure('nano', { 'loader.workers': 2, 'loader.maxBadShare': 0.5, 'training.batch': 3 }),
    });
    try {
      const { skipped } = await loader.next();
      assert.deepEqual(
        (skipped ?? []).map(({ clip, reason }) => [entries[clip].path, reason]),
        [[file('clips/endless.mp4'), 'makes the decoder hang (it did nothing for 2 s and was ended)']],
      );
    } finally {
      await loader.close();
    }
  });

  it('is told from one that is on its way to a late window', async () => {
    callBy('slow', `exec '${ffmpegPath()}' -re "$@"`);
    const clip = await decodeClip(file('clips/a.mp4'), { startSeconds: 4.5, clipSeconds: 1 });
    assert.deepEqual([clip.frameCount, clip.waveform!.length], [8, 16000]);
  });
});
