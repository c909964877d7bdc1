import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { RandomStream } from 'xkd';
import { ffmpegPath } from 'xkd/dist/media/ffmpegPath';
import { scanMedia } from 'xkd/dist/media/probe';
import { decodeStreams } from 'xkd/dist/media/streams';
import { ffmpeg, lateCopy, temporaryFolder } from './fixtures';

/** Number of windows for each file: `XKD_WINDOWS=200 npx mocha test/dist/media/windows.test.js` tries more. */
const windows = Number(process.env.XKD_WINDOWS ?? 6);
const fileSeconds = 14;
const windowSeconds = 2;
const framesPerSecond = 8;
const sampleRateHz = 16000;

const x264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p'];
const x265 = (more: string): string[] => [
  '-c:v',
  'libx265',
  '-preset',
  'ultrafast',
  '-pix_fmt',
  'yuv420p',
  '-x265-params',
  `log-level=error:${more}`,
];
const noSound = ['-an'];
const noPictures = ['-vn'];
const varying = ['-vf', "select='lt(mod(n,50),20)+not(mod(n,7))'", '-fps_mode', 'passthrough'];

/** File extension (perhaps with a name before it), and encoding options. */
const kinds: readonly (readonly [name: string, options: readonly string[]])[] = [
  ['b-frames.mp4', [...x264, '-bf', '3', '-g', '50', '-c:a', 'aac']],
  ['one-group.mp4', [...x264, '-bf', '2', '-g', '1000', '-c:a', 'aac', '-b:a', '24k']],
  ['varying.mp4', [...varying, ...x264, '-g', '40', '-c:a', 'aac']],
  ['open-groups.mp4', [...x265('open-gop=1:keyint=30:bframes=3'), '-tag:v', 'hvc1', '-c:a', 'aac']],
  ['refresh.mp4', [...x264, '-x264-params', 'intra-refresh=1:keyint=25', '-c:a', 'aac']],
  ['pcm.mov', ['-c:v', 'mjpeg', '-c:a', 'pcm_s16be']],
  ['alac.mov', ['-c:v', 'mpeg4', '-bf', '2', '-g', '30', '-c:a', 'alac']],
  ['open-groups.mkv', [...x265('open-gop=1:keyint=50'), '-c:a', 'flac']],
  ['open-264.mkv', [...x264, '-x264-params', 'open-gop=1:keyint=30:bframes=3', '-c:a', 'libvorbis']],
  ['starts-at-1000.mkv', [...x264, '-g', '25', '-c:a', 'ac3', '-output_ts_offset', '1000']],
  ['varying.mkv', [...varying, '-c:v', 'ffv1', '-c:a', 'pcm_s16le']],
  [
    'vp8.webm',
    ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-g', '60', '-c:a', 'libvorbis'],
  ],
  [
    'vp9.webm',
    ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-g', '60', '-c:a', 'libopus'],
  ],
  ['mpeg4.avi', ['-c:v', 'mpeg4', '-bf', '2', '-g', '50', '-q:v', '5', '-c:a', 'libmp3lame']],
  ['h264.avi', [...x264, '-bf', '2', '-g', '50', '-c:a', 'libmp3lame']],
  ['h264.ts', [...x264, '-g', '50', '-c:a', 'aac']],
  ['open-mpeg2.ts', ['-c:v', 'mpeg2video', '-bf', '2', '-g', '15', '-q:v', '4', '-c:a', 'mp2']],
  ['hevc.m2ts', [...x265('open-gop=1:keyint=40'), '-c:a', 'ac3', '-ar', '48000']],
  ['disc.vob', ['-c:v', 'mpeg2video', '-bf', '2', '-g', '15', '-q:v', '4', '-c:a', 'ac3']],
  ['ps.mpg', ['-c:v', 'mpeg1video', '-g', '30', '-q:v', '4', '-c:a', 'mp2']],
  ['h264.flv', [...x264, '-bf', '2', '-g', '50', '-c:a', 'aac']],
  ['sorenson.flv', ['-c:v', 'flv', '-g', '50', '-q:v', '5', '-c:a', 'libmp3lame', '-ar', '44100']],
  ['phone.3gp', ['-s', '176x144', '-c:v', 'h263', '-g', '30', '-q:v', '5', '-c:a', 'aac', '-ar', '16000']],
  ['theora.ogv', ['-c:v', 'libtheora', '-g', '40', '-c:a', 'libvorbis']],
  ['media.wmv', ['-c:v', 'wmv2', '-g', '40', '-q:v', '5', '-c:a', 'wmav2']],
  ['pictures.gif', [...noSound]],
  ['silent.mp4', [...x264, '-g', '50', ...noSound]],
  ['sound.mp3', [...noPictures, '-c:a', 'libmp3lame', '-q:a', '4']],
  ['sound.m4a', [...noPictures, '-c:a', 'aac', '-b:a', '32k']],
  ['sound.aac', [...noPictures, '-c:a', 'aac']],
  ['sound.ogg', [...noPictures, '-c:a', 'libvorbis']],
  ['sound.opus', [...noPictures, '-c:a', 'libopus', '-b:a', '24k']],
  ['sound.flac', [...noPictures]],
  ['sound.wav', [...noPictures, '-ar', '22050']],
  ['sound.aif', [...noPictures]],
  ['sound.wma', [...noPictures, '-c:a', 'wmav2']],
  ['sound.amr', [...noPictures, '-c:a', 'libopencore_amrnb', '-ar', '8000', '-ac', '1']],
];

describe('windows of a file', function () {
  this.timeout(60_000 + windows * 20_000);
  const file = temporaryFolder();
  const encoders = execFileSync(ffmpegPath(), ['-hide_banner', '-encoders'], { encoding: 'utf8' });
  const random = RandomStream.fromSeed('windows of a file');

  const withBFrames = (): string => {
    const path = file('copied.mp4');
    if (!existsSync(path)) encode(path, kinds[0][1]);
    return path;
  };

  for (const [name, options] of kinds) {
    const missing = options.find(
      (option, i) => ['-c:v', '-c:a'].includes(options[i - 1]) && !new RegExp(` ${option} `).test(encoders),
    );
    if (missing) {
      it(`${name} (this ffmpeg cannot encode ${missing})`);
      continue;
    }
    it(`are the same as in a decode of the whole file: ${name}`, async () => {
      const path = file(name);
      encode(path, options);
      await compare(path, random.split(name));
    });
  }

  it('are the same where pictures are turned', async () => {
    ffmpeg('-display_rotation', '90', '-i', withBFrames(), '-c', 'copy', file('turned.mp4'));
    await compare(file('turned.mp4'), random.split('turned'));
  });

  it('are the same where sound starts late', async () => {
    lateCopy(withBFrames(), file('late.mkv'), { sound: 1.476 });
    await compare(file('late.mkv'), random.split('late'));
  });
});

function encode(path: string, options: readonly string[]): void {
  const pictures = ['-f', 'lavfi', '-i', `testsrc2=s=96x64:r=25:d=${fileSeconds}`];
  const sound = `aevalsrc='.4*sin(2*PI*(300+40*t)*t)+.05*random(0)':s=44100:d=${fileSeconds}`;
  ffmpeg(...pictures, '-f', 'lavfi', '-i', sound, ...options, path);
}

async function compare(path: string, random: RandomStream): Promise<void> {
  const scanned = await scanMedia(path);
  const { video, audio, durationSeconds } = scanned.info;
  const common = {
    framesPerSecond: video && framesPerSecond,
    shortSide: 48,
    sampleRateHz: audio && sampleRateHz,
    scanned,
  };
  const whole = await decodeStreams(path, { ...common, startSeconds: 0, seconds: Infinity });
  const size = whole.height * whole.width * 3;
  if (video)
    assert.ok(Math.abs(whole.frameCount / framesPerSecond - fileSeconds) < 0.4, `${whole.frameCount} frames`);
  if (audio)
    assert.ok(
      Math.abs(whole.waveform.length / sampleRateHz - durationSeconds!) < 0.2,
      `${whole.waveform.length} samples`,
    );
  const ticks = video
    ? whole.frameCount
    : Math.floor((whole.waveform.length / sampleRateHz) * framesPerSecond);
  const wrong: string[] = [];
  for (let i = 0; i < windows; i++) {
    const tick = random.integer(0, ticks);
    const startSeconds = tick / framesPerSecond;
    const window = await decodeStreams(path, { ...common, startSeconds, seconds: windowSeconds });
    const frames = whole.frames.subarray(tick * size, (tick + windowSeconds * framesPerSecond) * size);
    const first = Math.round(startSeconds * sampleRateHz);
    const samples = whole.waveform.subarray(first, first + windowSeconds * sampleRateHz);
    if (video && !Buffer.from(window.frames).equals(Buffer.from(frames)))
      wrong.push(`pictures from ${startSeconds} s`);
    if (audio && Buffer.compare(bytesOf(window.waveform), bytesOf(samples)) !== 0)
      wrong.push(`sound from ${startSeconds} s`);
  }
  assert.deepEqual(wrong, []);
}

function bytesOf(samples: Float32Array): Buffer {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
}
