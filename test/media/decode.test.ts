import assert from 'node:assert/strict';
import { decodeClip, type DecodedClip } from 'xkd/internal';
import { countingPictures, ffmpeg, flashAndClick, lateCopy, ordinaryClip, temporaryFolder } from './fixtures';

const most = 0.02; // maximum difference between pictures and sound [s]

for (const decoder of ['libav', 'ffmpeg'])
  describe(`decodeClip by ${decoder}`, () => {
    const file = temporaryFolder();
    const onsetsOf = async (name: string, startSeconds: number, clipSeconds: number) =>
      onsets(
        await decodeClip(file(name), { startSeconds, clipSeconds, framesPerSecond: 100, shortSide: 16 }),
      );

    before(() => {
      if (decoder === 'ffmpeg') process.env.XKD_DECODER = decoder;
    });
    after(() => {
      delete process.env.XKD_DECODER;
    });

    it('shows what a player shows at each instant, from any start', async () => {
      const path = file('count.mkv');
      ffmpeg(...countingPictures(4), '-c:v', 'ffv1', path);
      for (const startSeconds of [0, 1.3, 2.015]) {
        const clip = await decodeClip(path, { startSeconds, clipSeconds: 1.5, shortSide: 24, audio: false });
        const expected = Array.from({ length: 12 }, (_, k) => Math.floor((startSeconds + k / 8) * 25 + 1e-6));
        assert.deepEqual(frameNumbers(clip), expected);
      }
    });

    it('follows the timestamps of a varying frame rate', async () => {
      const path = file('varying.mkv');
      const sparse = "select='lt(n,20)+not(mod(n,7))'";
      ffmpeg(...countingPictures(4), '-vf', sparse, '-fps_mode', 'passthrough', '-c:v', 'ffv1', path);
      const shown = (frame: number): number => (frame < 20 ? frame : Math.max(19, 7 * Math.floor(frame / 7)));
      for (const startSeconds of [0, 1.7]) {
        const clip = await decodeClip(path, { startSeconds, clipSeconds: 2, shortSide: 24, audio: false });
        const expected = Array.from({ length: 16 }, (_, k) =>
          shown(Math.floor((startSeconds + k / 8) * 25 + 1e-6)),
        );
        assert.deepEqual(frameNumbers(clip), expected);
      }
    });

    it('keeps pictures and sound within 20 ms when a stream starts late', async () => {
      const both = file('both.mkv');
      flashAndClick(both, 5, 3);
      // Decodes to cut the streams, so that the offsets are in the file's timestamps.
      const late = (name: string, sound: string, pictures: string): void =>
        ffmpeg(
          '-i',
          both,
          '-af',
          sound,
          '-vf',
          pictures,
          '-c:v',
          'ffv1',
          '-c:a',
          'pcm_s16le',
          '-fps_mode',
          'passthrough',
          file(name),
        );
      late('late-sound.mkv', 'atrim=start=0.476', 'null');
      late('late-pictures.mkv', 'anull', 'trim=start=0.48');
      for (const name of ['both.mkv', 'late-sound.mkv', 'late-pictures.mkv']) {
        for (const startSeconds of [0, 1.11]) {
          const [flash, click] = await onsetsOf(name, startSeconds, 3.5);
          assert.ok(
            Math.abs(flash - click) < most,
            `${name} from ${startSeconds}: flash ${flash}, click ${click}`,
          );
          assert.ok(
            Math.abs(flash - (3 - startSeconds)) < most,
            `${name} from ${startSeconds}: flash at ${flash}`,
          );
        }
      }
    });

    it('keeps them in step in mp4 with AAC, whichever stream starts late', async () => {
      const both = file('aac.mp4');
      flashAndClick(both, 5, 3, ['-c:a', 'aac', '-b:a', '128k']);
      lateCopy(both, file('audio.mp4'), { sound: 0.476 });
      lateCopy(both, file('video.mp4'), { pictures: 0.5 });
      for (const [name, lag] of [
        ['aac.mp4', 0],
        ['audio.mp4', 0.476],
        ['video.mp4', -0.5],
      ] as const) {
        for (const startSeconds of [0, 1.5]) {
          const [flash, click] = await onsetsOf(name, startSeconds, 4);
          assert.ok(
            Math.abs(click - flash - lag) < most,
            `${name} from ${startSeconds}: flash ${flash}, click ${click}`,
          );
        }
      }
    });

    it('fills a hole in the sound with silence', async () => {
      const path = file('hole.mkv');
      flashAndClick(file('whole.mkv'), 5, 3);
      ffmpeg(
        '-i',
        file('whole.mkv'),
        '-af',
        "aselect='lt(t,1)+gt(t,2)'",
        '-c:v',
        'copy',
        '-c:a',
        'pcm_s16le',
        path,
      );
      const [flash, click] = await onsetsOf('hole.mkv', 0, 4.5);
      assert.ok(Math.abs(flash - click) < most, `flash ${flash}, click ${click}`);
    });

    it('scales the shorter side and keeps the aspect, also of odd and turned pictures', async () => {
      ffmpeg(...countingPictures(1, 25, '101x57'), '-c:v', 'ffv1', file('odd.mkv'));
      const odd = await decodeClip(file('odd.mkv'), { clipSeconds: 1, shortSide: 32, audio: false });
      assert.deepEqual([odd.height, odd.width, odd.frames?.length], [32, 57, 8 * 32 * 57 * 3]);
      ffmpeg('-i', file('odd.mkv'), '-vf', 'setsar=2/1', '-c:v', 'ffv1', file('wide-pixels.mkv'));
      const wide = await decodeClip(file('wide-pixels.mkv'), { clipSeconds: 1, shortSide: 32, audio: false });
      assert.deepEqual([wide.height, wide.width], [32, 113]);
      ordinaryClip(file('wide.mp4'), 1, { size: '128x64' });
      ffmpeg('-display_rotation', '90', '-i', file('wide.mp4'), '-c', 'copy', file('turned.mp4'));
      const turned = await decodeClip(file('turned.mp4'), { clipSeconds: 1, shortSide: 32 });
      assert.deepEqual([turned.height, turned.width], [64, 32]);
    });

    it('mixes channels to their mean', async () => {
      const path = file('stereo.mkv');
      const tones = 'aevalsrc=0.8*sin(2*PI*500*t)|0.4*sin(2*PI*500*t):s=48000:d=2';
      ffmpeg(...countingPictures(2), '-f', 'lavfi', '-i', tones, '-c:v', 'ffv1', '-c:a', 'pcm_f32le', path);
      const { waveform } = await decodeClip(path, { clipSeconds: 1, startSeconds: 0.5 });
      assert.equal(waveform!.length, 16000);
      assert.ok(Math.abs(Math.max(...waveform!) - 0.6) < 0.005);
    });

    it('repeats the frames of a short file and follows its sound with silence', async () => {
      const path = file('short.mkv');
      const sound = ['-f', 'lavfi', '-i', 'aevalsrc=0.5:s=16000:d=1'];
      ffmpeg(...countingPictures(1), ...sound, '-c:v', 'ffv1', '-c:a', 'pcm_f32le', path);
      const clip = await decodeClip(path, { clipSeconds: 2.5 });
      const once = [0, 3, 6, 9, 12, 15, 18, 21];
      assert.deepEqual(frameNumbers(clip), [...once, ...once, 0, 3, 6, 9]);
      assert.equal(clip.waveform!.length, 40000);
      assert.ok(Math.abs(clip.waveform![8000] - 0.5) < 0.01);
      assert.ok(clip.waveform!.subarray(16000).every((sample) => sample === 0));
    });

    it('refuses a start beyond the end, and to decode nothing', async () => {
      ordinaryClip(file('second.mp4'), 1);
      await assert.rejects(
        decodeClip(file('second.mp4'), { startSeconds: 7 }),
        /second\.mp4 .*no clip can start at 7 s/,
      );
      await assert.rejects(
        decodeClip(file('second.mp4'), { audio: false, video: false }),
        /ask for video, audio or both/,
      );
    });

    it('stops when it is told to', async () => {
      ordinaryClip(file('long.mp4'), 20);
      const stop = new AbortController();
      const clip = decodeClip(file('long.mp4'), { clipSeconds: 20, signal: stop.signal });
      stop.abort();
      await assert.rejects(clip, { name: 'ProcessStopped' });
    });
  });

/** Numbers of the frames made by countingPictures. */
function frameNumbers(clip: DecodedClip): number[] {
  const size = clip.height * clip.width * 3;
  return Array.from({ length: clip.frameCount }, (_, k) => clip.frames![k * size] / 2);
}

/** Start of the flash and of the click, relative to the start of the clip [s]. */
function onsets(clip: DecodedClip): [flash: number, click: number] {
  const size = clip.height * clip.width * 3;
  const bright = Array.from({ length: clip.frameCount }, (_, k) => clip.frames![k * size + size / 2] > 128);
  const loud = clip.waveform!.findIndex((sample) => Math.abs(sample) > 0.4);
  return [bright.indexOf(true) / clip.framesPerSecond, loud / clip.sampleRateHz];
}
