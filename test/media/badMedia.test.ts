import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { BadMedia, decodeClip, probe, UserError } from 'xkd/internal';
import { countingPictures, ffmpeg, lateCopy, ordinaryClip, temporaryFolder } from './fixtures';

describe('files that cannot be used', () => {
  const file = temporaryFolder();

  before(() => {
    ordinaryClip(file('good.mp4'), 2);
    const good = readFileSync(file('good.mp4'));
    writeFileSync(file('half.mp4'), good.subarray(0, good.length / 2));
    ffmpeg('-i', file('good.mp4'), '-c', 'copy', file('index-last.mp4'));
    writeFileSync(file('no-index.mp4'), readFileSync(file('index-last.mp4')).subarray(0, good.length / 2));
    ffmpeg('-i', file('good.mp4'), '-c', 'copy', file('good.mkv'));
    writeFileSync(file('half.mkv'), readFileSync(file('good.mkv')).subarray(0, good.length / 2));
    writeFileSync(file('empty.mp4'), '');
    writeFileSync(file('text.mp4'), 'This is no video, whatever its name says.\n'.repeat(50));
    writeFileSync(file('page.txt'), 'Nor is this.\n');
    ffmpeg(...countingPictures(1), file('silent.mp4'));
    ffmpeg('-i', file('good.mp4'), '-vn', file('sound.m4a'));
  });

  const cases: [name: string, reason: RegExp][] = [
    ['missing.mp4', /does not exist/],
    ['.', /is a directory/],
    ['empty.mp4', /is empty \(0 bytes\)/],
    ['text.mp4', /holds no pictures or sound that can be read/],
    ['page.txt', /holds no pictures or sound that can be read/],
    ['no-index.mp4', /is truncated/],
    ['half.mp4', /is truncated: it holds \d\.\d s of the 2\.0 s/],
    ['half.mkv', /is truncated/],
    ['silent.mp4', /has no audio stream/],
    ['sound.m4a', /has no video stream/],
  ];
  for (const [name, reason] of cases) {
    it(`says of ${name} why: ${reason.source}`, async () => {
      await assert.rejects(decodeClip(file(name)), (error: unknown) => {
        assert.ok(error instanceof BadMedia && error instanceof UserError);
        assert.ok(error.message.startsWith(file(name)), error.message);
        assert.match(error.reason, reason);
        return true;
      });
    });
  }

  it('asks only for the streams that are needed', async () => {
    const silent = await decodeClip(file('silent.mp4'), { audio: false, clipSeconds: 1 });
    assert.equal(silent.waveform, null);
    const sound = await decodeClip(file('sound.m4a'), { video: false, clipSeconds: 1 });
    assert.deepEqual([sound.frames, sound.waveform?.length], [null, 16000]);
  });

  it('tells what a file says of itself', async () => {
    const late = file('late.mkv');
    lateCopy(file('good.mp4'), late, { sound: 0.5 });
    const info = await probe(late);
    assert.deepEqual(info.video, {
      codec: 'h264',
      width: 64,
      height: 48,
      framesPerSecond: 25,
      startSeconds: 0,
      rotationDegrees: 0,
      hdr: false,
      interlaced: false,
      track: 1,
      tracks: 1,
    });
    assert.equal(info.audio?.codec, 'aac');
    assert.deepEqual([info.audio?.sampleRateHz, info.audio?.channels], [44100, 1]);
    assert.ok(Math.abs(info.audio!.startSeconds - 0.5) < 0.03, `sound starts at ${info.audio?.startSeconds}`);
    assert.ok(Math.abs(info.durationSeconds! - 2.5) < 0.05);
    await assert.rejects(probe(file('text.mp4')), /holds no pictures or sound that can be read/);
  });

  it('says what to do without an ffmpeg that runs', async () => {
    const before = process.env.FFMPEG_BIN;
    writeFileSync(file('no-program'), '#!/no/such/interpreter\n', { mode: 0o755 });
    process.env.FFMPEG_BIN = file('no-program');
    process.env.XKD_DECODER = 'ffmpeg';
    try {
      await assert.rejects(probe(file('good.mp4')), /no-program could not be started .* set FFMPEG_BIN/);
    } finally {
      delete process.env.XKD_DECODER;
      if (before === undefined) delete process.env.FFMPEG_BIN;
      else process.env.FFMPEG_BIN = before;
    }
  });
});
