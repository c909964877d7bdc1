import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { BadMedia, decodeClip, surveyDataset, type DecodedClip } from 'xkd/internal';
import { scanMedia, type ScannedMedia } from 'xkd/dist/media/probe';
import { ffmpeg, ordinaryClip, sixtyChannels, temporaryFolder } from './fixtures';

/** Where libav is missing, ffmpeg must come to the same verdicts. */
describe('ffmpeg in the place of libav', function () {
  this.timeout(120_000);
  const file = temporaryFolder();
  const folder = file('set');
  const made = (name: string): string => file(`set/${name}`);
  const lavfi = (graph: string): string[] => ['-f', 'lavfi', '-i', graph];
  const cut = (name: string, from: string, share: number): void => {
    const whole = readFileSync(file(from));
    writeFileSync(made(name), whole.subarray(0, share * whole.length));
  };

  before(() => {
    mkdirSync(folder);
    const plain = made('plain.mp4');
    ordinaryClip(plain, 5);
    const copied = (name: string, ...options: string[]): void =>
      ffmpeg('-i', plain, '-c', 'copy', ...options, made(name));
    copied('says-length.mp4', '-metadata', 'comment=Duration: 1:02:33');
    copied('says-cover.mkv', '-metadata:s:v', 'title=clip (attached pic)');
    copied('says-turn.mkv', '-metadata', 'displaymatrix=rotation of 90.00 degrees');
    const lines = 'Stream mapping:\nDuration: N/A\n  Stream #0:0: Video: h264, 8x8\nOutput #0';
    copied('says-mapping.mkv', '-metadata', `description=${lines}`);
    copied('late.mkv', '-output_ts_offset', '1000');
    copied('transport.ts', '-f', 'mpegts');
    ffmpeg('-display_rotation', '90', '-i', plain, '-c', 'copy', made('turned.mp4'));
    writeFileSync(file('long.srt'), '1\n00:00:00,000 --> 00:00:30,000\nlong\n');
    const subtitled = ['-i', file('long.srt'), '-map', '0', '-map', '1', '-c', 'copy', '-c:s', 'srt'];
    ffmpeg('-i', plain, ...subtitled, made('subtitled.mkv'));
    ffmpeg(
      '-i',
      plain,
      '-attach',
      file('long.srt'),
      '-metadata:s:t',
      'mimetype=text/plain',
      '-c',
      'copy',
      made('attached.mkv'),
    );
    ffmpeg(...lavfi('color=red:s=16x16:r=1:d=1'), '-frames:v', '1', file('cover.png'));
    const cover = ['-map', '1', '-map', '0', '-c', 'copy', '-disposition:v:0', 'attached_pic'];
    ffmpeg('-i', plain, '-i', file('cover.png'), ...cover, made('covered.mp4'));
    ffmpeg(
      '-itsoffset',
      '1.5',
      '-i',
      plain,
      '-i',
      plain,
      '-map',
      '0:v',
      '-map',
      '1:a',
      '-c',
      'copy',
      made('late-pictures.mkv'),
    );
    const sine = lavfi('sine=f=440:r=44100:d=20');
    ffmpeg(...sine, '-c:a', 'libmp3lame', '-q:a', '4', file('whole.mp3'));
    cut('cut.mp3', 'whole.mp3', 0.2);
    ffmpeg(
      ...lavfi('testsrc2=d=20:s=64x48'),
      ...sine,
      '-c:v',
      'flv1',
      '-c:a',
      'libmp3lame',
      file('whole.flv'),
    );
    cut('cut.flv', 'whole.flv', 0.2);
    ffmpeg(...lavfi('sine=f=440:r=16000:d=2'), '-bitexact', file('whole.wav'));
    writeFileSync(made('header.wav'), readFileSync(file('whole.wav')).subarray(0, 44));
    ffmpeg(...lavfi('sine=f=440:r=16000:d=2'), '-af', 'pan=stereo|c0=c0|c1=-1*c0', made('opposite.wav'));
    ffmpeg(...lavfi('sine=f=440:r=16000:d=2'), '-af', 'pan=5.1|LFE=c0', made('low.wav'));
    ffmpeg(...lavfi('anullsrc=r=16000:d=2'), made('silent.wav'));
    ffmpeg(...lavfi('sine=f=440:r=48000:d=20'), '-f', 's16le', file('raw'));
    sixtyChannels(file('raw'), made('channels.wav'));
    const fields = ['-vf', 'setfield=tff', '-c:v', 'libx264', '-flags', '+ildct+ilme', '-pix_fmt', 'yuv420p'];
    ffmpeg(...lavfi('testsrc2=d=2:s=64x48:r=25'), ...fields, made('fields.mp4'));
    for (const [name, size] of [
      ['a', '64x48'],
      ['b', '96x48'],
    ])
      ffmpeg(...lavfi(`color=white:s=${size}:r=25:d=1`), '-c:v', 'mpeg2video', file(`${name}.mpg`));
    writeFileSync(
      made('grows.mpg'),
      Buffer.concat([readFileSync(file('a.mpg')), readFileSync(file('b.mpg'))]),
    );
    const tags = 'colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc';
    const bright = [
      ...lavfi('color=0x808080:s=64x64:r=25:d=1'),
      '-pix_fmt',
      'yuv420p10le',
      '-c:v',
      'libx265',
    ];
    ffmpeg(...bright, '-x265-params', `log-level=error:${tags}`, made('hdr.mp4'));
    writeFileSync(made('text.mp4'), 'No video.\n'.repeat(90));
    copyFileSync(made('plain.mp4'), made('12:30 [1]#&;(%03d)é.mp4'));
  });
  afterEach(() => delete process.env.XKD_DECODER);

  const names = [
    ...['plain.mp4', 'says-length.mp4', 'says-cover.mkv', 'says-turn.mkv', 'says-mapping.mkv', 'late.mkv'],
    ...['transport.ts', 'turned.mp4', 'subtitled.mkv', 'attached.mkv', 'covered.mp4', 'late-pictures.mkv'],
    ...['cut.mp3', 'cut.flv', 'header.wav', 'opposite.wav', 'low.wav', 'silent.wav', 'channels.wav'],
    ...['fields.mp4', 'grows.mpg', 'hdr.mp4', 'text.mp4', '12:30 [1]#&;(%03d)é.mp4'],
  ];

  const byBoth = async <T>(work: () => Promise<T>): Promise<[T, T]> => {
    const usual = await work();
    process.env.XKD_DECODER = 'ffmpeg';
    return [usual, await work()];
  };

  it('finds the same streams, lengths and faults', async () => {
    for (const name of names) {
      const verdict = (): Promise<unknown> =>
        scanMedia(made(name)).then(comparable, (error: unknown) => {
          if (error instanceof BadMedia) return error.reason;
          throw error;
        });
      const [usual, own] = await byBoth(verdict);
      delete process.env.XKD_DECODER;
      assert.deepEqual(own, usual, name);
    }
  });

  it('shows and sounds the same, by the same clock', async () => {
    const usable = [
      'plain.mp4',
      'late.mkv',
      'transport.ts',
      'turned.mp4',
      'covered.mp4',
      'late-pictures.mkv',
    ];
    for (const name of usable) {
      const [usual, own] = await byBoth(() =>
        decodeClip(made(name), { startSeconds: 1.5, clipSeconds: 2, shortSide: 48 }),
      );
      delete process.env.XKD_DECODER;
      assert.deepEqual([own.height, own.width, own.frameCount], [usual.height, usual.width, 16], name);
      assert.ok(
        pictureDifference(own, usual) < 1,
        `${name}: pictures differ by ${pictureDifference(own, usual)}`,
      );
      assert.ok(
        soundDifference(own, usual) < 0.002,
        `${name}: sound differs by ${soundDifference(own, usual)}`,
      );
    }
    for (const name of ['low.wav', 'channels.wav']) {
      const [usual, own] = await byBoth(() => decodeClip(made(name), { video: false, clipSeconds: 1 }));
      delete process.env.XKD_DECODER;
      assert.ok(
        soundDifference(own, usual) < 0.002,
        `${name}: sound differs by ${soundDifference(own, usual)}`,
      );
    }
    const [usual, own] = await byBoth(() =>
      decodeClip(made('grows.mpg'), { audio: false, clipSeconds: 2, shortSide: 48 }),
    );
    assert.deepEqual([own.height, own.width], [48, 64]);
    assert.ok(pictureDifference(own, usual) < 2, 'black bars where the picture grows wider');
    delete process.env.XKD_DECODER;
    const [mapped, ownMapped] = await byBoth(() =>
      decodeClip(made('hdr.mp4'), { audio: false, clipSeconds: 1, shortSide: 64 }),
    );
    assert.ok(Math.abs(mapped.frames![0] - 128) > 15 && pictureDifference(ownMapped, mapped) < 1, 'HDR');
  });

  it('counts and names the same in a check', async () => {
    const [usual, own] = await byBoth(async () => {
      const survey = await surveyDataset(folder, { open: { decode: true, log: null } });
      const { opened, findings, notices } = survey!;
      return { broken: opened!.broken, findings, notices };
    });
    assert.deepEqual(own, usual);
    const kinds = usual.notices.map(({ kind }) => kind);
    assert.ok(
      ['hdr', 'interlaced', 'silent', 'cancelling', 'unlikeLengths'].every((kind) =>
        kinds.includes(kind as never),
      ),
      kinds.join(),
    );
  });
});

/** Without how a file is read; times to 0.1 s, since headers round them. */
function comparable({ info, usableSeconds, scan }: ScannedMedia): unknown {
  const seconds = (value: number | null): number | null => value && Math.round(10 * value) / 10;
  const { video, audio, durationSeconds } = info;
  return {
    ...info,
    durationSeconds: seconds(durationSeconds),
    video: video && { ...video, startSeconds: seconds(video.startSeconds) },
    audio: audio && { ...audio, startSeconds: seconds(audio.startSeconds) },
    lengths: [usableSeconds, scan!.videoEndSeconds, scan!.audioEndSeconds].map(seconds),
  };
}

/** Mean difference of the values, of 255. */
function pictureDifference({ frames: a }: DecodedClip, { frames: b }: DecodedClip): number {
  return a!.reduce((sum, value, i) => sum + Math.abs(value - b![i]), 0) / a!.length;
}

/** Root mean square. */
function soundDifference({ waveform: a }: DecodedClip, { waveform: b }: DecodedClip): number {
  return Math.sqrt(a!.reduce((sum, value, i) => sum + (value - b![i]) ** 2, 0) / a!.length);
}
