import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { BadMedia, UserError, decodeClip, probe } from 'xkd/internal';
import { ffmpegPath } from 'xkd/dist/media/ffmpegPath';
import { runDecoder } from 'xkd/dist/media/libav/runDecoder';
import { ffmpeg, ordinaryClip, sixtyChannels, temporaryFolder } from './fixtures';

describe('files with odd traits', () => {
  const file = temporaryFolder();
  const plain = file('plain.mp4');

  before(() => ordinaryClip(plain, 4));

  it('are taken at what they hold, not at what they say of themselves', async () => {
    const copy = (name: string, ...options: string[]): void =>
      ffmpeg('-i', plain, '-c', 'copy', ...options, file(name));
    copy('comment.mp4', '-metadata', 'comment=Duration: 1:02:33');
    copy('title.mkv', '-metadata:s:v', 'title=clip (attached pic)');
    copy('description.mkv', '-metadata', 'description=Stream mapping:\nDuration: N/A\nOutput #0');
    copy('late-clock.mkv', '-output_ts_offset', '1000');
    writeFileSync(file('long.srt'), '1\n00:00:00,000 --> 00:00:30,000\nlong\n');
    const subtitles = ['-i', file('long.srt'), '-map', '0', '-map', '1', '-c', 'copy', '-c:s', 'srt'];
    ffmpeg('-i', plain, ...subtitles, file('subtitles.mkv'));
    const live = execFileSync(ffmpegPath(), ['-v', 'error', '-i', plain, '-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-c:a', 'libopus', '-f', 'webm', '-live', '1', 'pipe:1']); // prettier-ignore
    writeFileSync(file('no-duration.webm'), live);
    for (const name of [
      'comment.mp4',
      'title.mkv',
      'description.mkv',
      'late-clock.mkv',
      'subtitles.mkv',
      'no-duration.webm',
    ]) {
      const { durationSeconds, video, audio } = await probe(file(name));
      assert.ok(Math.abs(durationSeconds! - 4) < 0.05 && video && audio, `${name}: ${durationSeconds} s`);
      const clip = await decodeClip(file(name), { startSeconds: 2, clipSeconds: 2, shortSide: 32 });
      assert.equal(clip.frameCount, 16, name);
    }
  });

  it('are refused with both lengths where they are cut, sound alone as well', async () => {
    const cut = (name: string, ...options: string[]): void => {
      ffmpeg('-f', 'lavfi', '-i', 'sine=d=20', ...options, file(`whole-${name}`));
      const whole = readFileSync(file(`whole-${name}`));
      writeFileSync(file(name), whole.subarray(0, whole.length / 5));
    };
    cut('cut.mp3', '-c:a', 'libmp3lame', '-q:a', '4');
    cut('cut.flac');
    for (const name of ['cut.mp3', 'cut.flac']) {
      const refused = /is truncated: it holds \d\.\d s of the 20\.0 s it announces/;
      await assert.rejects(probe(file(name)), refused);
      await assert.rejects(decodeClip(file(name), { video: false, clipSeconds: 1 }), refused);
    }
    ffmpeg('-f', 'lavfi', '-i', 'sine=d=1', '-bitexact', file('tone.wav'));
    writeFileSync(file('header.wav'), readFileSync(file('tone.wav')).subarray(0, 44));
    await assert.rejects(probe(file('header.wav')), /holds no sound/);
  });

  it('are heard by their default track', async () => {
    const inputs = [
      '-i',
      plain,
      '-f',
      'lavfi',
      '-i',
      'anullsrc=r=44100:d=4',
      '-map',
      '0:v',
      '-map',
      '1:a',
      '-map',
      '0:a',
    ];
    const marks = ['-disposition:a:0', '0', '-disposition:a:1', 'default'];
    ffmpeg(...inputs, '-c:v', 'copy', '-c:a', 'aac', ...marks, file('two-tracks.mkv'));
    const { waveform } = await decodeClip(file('two-tracks.mkv'), { clipSeconds: 2 });
    assert.ok(waveform!.some((sample) => Math.abs(sample) > 0.05));
  });

  it('are mixed to the mean of all their channels, whatever these are called', async () => {
    const tone = ['-f', 'lavfi', '-i', 'aevalsrc=.6*sin(2*PI*440*t):s=48000:d=2'];
    for (const channel of ['FC', 'LFE', 'FL']) {
      const path = file(`${channel}.wav`);
      ffmpeg(...tone, '-af', `pan=5.1|${channel}=c0`, path);
      const { waveform } = await decodeClip(path, { video: false, clipSeconds: 1, startSeconds: 0.5 });
      assert.ok(Math.abs(Math.max(...waveform!) - 0.1) < 0.003, channel);
    }
    writeFileSync(file('noise.raw'), Buffer.alloc(16000 * 60 * 2, 7));
    sixtyChannels(file('noise.raw'), file('sixty.wav'));
    assert.equal((await probe(file('sixty.wav'))).audio?.channels, 60);
  });

  it('keep their shape where the size changes, and show one field of two', async () => {
    const part = (name: string, size: string): Buffer => {
      ffmpeg('-f', 'lavfi', '-i', `color=white:s=${size}:r=25:d=2`, '-c:v', 'mpeg2video', file(name));
      return readFileSync(file(name));
    };
    writeFileSync(file('sizes.mpg'), Buffer.concat([part('a.mpg', '64x64'), part('b.mpg', '128x64')]));
    const clip = await decodeClip(file('sizes.mpg'), { audio: false, clipSeconds: 4, shortSide: 32 });
    assert.deepEqual([clip.height, clip.width, clip.frameCount], [32, 32, 32]);
    const value = (tick: number, y: number): number => clip.frames![((tick * 32 + y) * 32 + 16) * 3];
    assert.ok(value(4, 2) > 200 && value(30, 2) < 50 && value(30, 16) > 200, 'black bars above and below');
    const combs = [
      '-f',
      'lavfi',
      '-i',
      "color=black:s=64x64:r=25:d=1,geq=lum='if(mod(Y,2),255,0)':cb=128:cr=128,setfield=tff",
    ];
    ffmpeg(...combs, '-c:v', 'mpeg2video', '-flags', '+ildct+ilme', '-q:v', '1', file('combs.mpg'));
    const { frames } = await decodeClip(file('combs.mpg'), { audio: false, clipSeconds: 1, shortSide: 64 });
    assert.ok(Math.max(...frames!.subarray(0, 64 * 64 * 3)) < 40, 'the upper field alone is black');
  });

  it('maps brightness beyond the standard range into it', async () => {
    const tags = 'colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc';
    const gray = ['-f', 'lavfi', '-i', 'color=0x808080:s=64x64:r=25:d=1', '-pix_fmt', 'yuv420p10le'];
    ffmpeg(...gray, '-c:v', 'libx265', '-x265-params', `log-level=error:${tags}`, file('hdr.mp4'));
    ffmpeg(...gray, '-c:v', 'libx265', '-x265-params', 'log-level=error', file('sdr.mp4'));
    const valueOf = async (name: string) =>
      (await decodeClip(file(name), { audio: false, clipSeconds: 1, shortSide: 32 })).frames![1500];
    const [hdr, sdr] = [await valueOf('hdr.mp4'), await valueOf('sdr.mp4')];
    assert.ok(Math.abs(sdr - 128) < 4 && Math.abs(hdr - sdr) > 15, `${hdr} and ${sdr}`);
  });

  it('cost themselves alone where they make the decoder hang', async function () {
    if (process.platform === 'win32') this.skip();
    // Opening it waits for a writer that never comes.
    execFileSync('mkfifo', [file('hanging.mp4')]);
    process.env.XKD_DECODER_SECONDS = '2';
    try {
      const error = await runDecoder({ kind: 'scan', path: file('hanging.mp4') }).catch(
        (failure: unknown) => failure,
      );
      assert.ok(error instanceof BadMedia, String(error));
      assert.equal(error.reason, 'makes the decoder hang (it did nothing for 2 s and was ended)');
    } finally {
      delete process.env.XKD_DECODER_SECONDS;
    }
    assert.equal((await decodeClip(plain, { clipSeconds: 1 })).frameCount, 8);
  });

  /** Ends the process that decodes a file, and returns what became of the decoding. */
  async function endDecoder(name: string, signal: NodeJS.Signals): Promise<unknown> {
    const outcome = decodeClip(file(name), { clipSeconds: 60 }).catch((error: unknown) => error);
    const holds = (pid: string): boolean => {
      try {
        return (
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('decoderProcess') &&
          readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === file(name))
        );
      } catch {
        return false; // exited in the meantime
      }
    };
    let decoder: string | undefined;
    while (decoder === undefined) {
      await new Promise((resume) => setTimeout(resume, 5));
      decoder = readdirSync('/proc').find((pid) => /^\d+$/.test(pid) && holds(pid));
    }
    process.kill(Number(decoder), signal);
    return outcome;
  }

  it('cost themselves alone where they make the decoder crash', async function () {
    if (process.platform !== 'linux') this.skip();
    ordinaryClip(file('long.mp4'), 60, { size: '640x480' });
    const error = await endDecoder('long.mp4', 'SIGSEGV');
    assert.ok(error instanceof BadMedia, String(error));
    assert.equal(error.reason, 'makes the decoder crash (SIGSEGV)');
    assert.equal((await decodeClip(plain, { clipSeconds: 1 })).frameCount, 8);
  });

  it('are not blamed where the decoder was ended from outside, which is a sentence', async function () {
    if (process.platform !== 'linux') this.skip();
    ordinaryClip(file('longer.mp4'), 60, { size: '640x480' });
    const error = await endDecoder('longer.mp4', 'SIGKILL');
    assert.ok(error instanceof UserError && !(error instanceof BadMedia), String(error));
    assert.match(
      error.message,
      /^The process that decodes files was ended from outside \(SIGKILL\): .* Choose/,
    );
  });
});
