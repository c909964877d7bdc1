import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeClip, openDataset, surveyDataset, type DatasetSurvey, type NoticeKind } from 'xkd/internal';
import { writeSurvey } from 'xkd/dist/data/survey/writeSurvey';
import { formatSurvey } from 'xkd/dist/cli/surveyTable';
import { ffmpeg, ordinaryClip, temporaryFolder } from '../../media/fixtures';
import { extract } from '../../support/extract';

const picture = (seconds: number): string[] => ['-f', 'lavfi', '-i', `testsrc2=d=${seconds}:s=64x48:r=25`];
const tone = (seconds: number): string[] => ['-f', 'lavfi', '-i', `sine=f=440:d=${seconds}`];
const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'];

describe('a check of files', function () {
  this.timeout(120_000);
  const file = temporaryFolder();
  const check = async (root: string, decode: boolean, tracks = {}): Promise<DatasetSurvey> => {
    const found = await surveyDataset(root, { open: { decode, log: null, tracks } });
    assert.ok(found);
    return found;
  };
  const told = ({ notices }: DatasetSurvey, kind: NoticeKind): string[] =>
    (notices.find((notice) => notice.kind === kind)?.files ?? []).map(({ path, detail }) =>
      detail === '' ? path : `${path}: ${detail}`,
    );

  it('names what training treats in a special way', async () => {
    const root = file('streams');
    mkdirSync(root);
    const at = (name: string): string => join(root, name);
    ordinaryClip(at('plain.mp4'), 5);
    const red = ['-f', 'lavfi', '-i', 'color=0xc03030:s=64x64:r=25:d=5', '-pix_fmt', 'yuv420p10le'];
    for (const [name, transfer] of [
      ['pq', 'smpte2084'],
      ['hlg', 'arib-std-b67'],
      ['sdr', 'bt2020-10'],
    ]) {
      const tags = `log-level=error:colorprim=bt2020:transfer=${transfer}:colormatrix=bt2020nc`;
      ffmpeg(...red, '-c:v', 'libx265', '-x265-params', tags, at(`${name}.mp4`));
    }
    const fields = [
      '-f',
      'lavfi',
      '-i',
      "color=black:s=64x64:r=25:d=5,geq=lum='if(mod(Y,2),255,0)':cb=128:cr=128,setfield=tff",
    ];
    ffmpeg(
      ...fields,
      '-c:v',
      'libx264',
      '-flags',
      '+ildct+ilme',
      '-x264opts',
      'tff=1',
      '-qp',
      '1',
      at('fields.mp4'),
    );
    ffmpeg(
      ...picture(5),
      ...tone(5),
      ...tone(5),
      '-map',
      '0:v',
      '-map',
      '1:a',
      '-map',
      '2:a',
      ...codecs,
      at('tracks.mkv'),
    );
    ffmpeg(...picture(10), ...tone(3), ...codecs, at('unlike.mp4'));
    ordinaryClip(at('short.mp4'), 2);
    for (const decode of [false, true]) {
      const survey = await check(root, decode);
      assert.deepEqual(told(survey, 'hdr'), ['hlg.mp4', 'pq.mp4']);
      assert.deepEqual(told(survey, 'interlaced'), ['fields.mp4']);
      assert.deepEqual(told(survey, 'audioTracks'), ['tracks.mkv: track 1 of 2']);
      assert.deepEqual(told(survey, 'unlikeLengths'), ['unlike.mp4: pictures 10.0 s, sound 3.0 s']);
      assert.deepEqual(told(survey, 'short'), ['short.mp4: 2.0 of 4 s']);
      assert.deepEqual(survey.findings, []);
      assert.doesNotMatch(formatSurvey(survey), /All is well/);
    }
    const { frames: field } = await decodeClip(at('fields.mp4'), {
      audio: false,
      clipSeconds: 1,
      shortSide: 64,
    });
    assert.ok(Math.max(...field!.subarray(0, 64 * 64 * 3)) < 40, 'the upper field alone is black');
    const [sdr, ...mapped] = await Promise.all(
      ['sdr', 'pq', 'hlg'].map(
        async (name) =>
          (await decodeClip(at(`${name}.mp4`), { audio: false, clipSeconds: 1, shortSide: 32 })).frames!,
      ),
    );
    for (const frames of mapped)
      assert.ok(
        [0, 1, 2].some((c) => Math.abs(frames[1500 + c] - sdr[1500 + c]) > 15),
        `${frames.slice(1500, 1503)}`,
      );
  });

  it('hears silence and cancelling channels, and sees still and black pictures', async () => {
    const root = file('content');
    mkdirSync(root);
    const at = (name: string): string => join(root, name);
    const make = (name: string, video: string[], audio: string[], ...options: string[]): void =>
      ffmpeg(...video, ...audio, ...codecs, ...options, at(name));
    make('silent.mp4', picture(5), ['-f', 'lavfi', '-i', 'anullsrc=r=44100:d=5']);
    make('opposite.mp4', picture(5), [
      '-f',
      'lavfi',
      '-i',
      "aevalsrc='.5*sin(2765*t)|-.5*sin(2765*t)':s=44100:d=5",
    ]);
    make('apart.mp4', picture(5), [
      '-f',
      'lavfi',
      '-i',
      "aevalsrc='.5*sin(2765*t)|.5*sin(3456*t)':s=44100:d=5",
    ]);
    make('quiet.mp4', picture(5), ['-f', 'lavfi', '-i', "aevalsrc='.001*sin(2765*t)':s=44100:d=5"]);
    make('still.mp4', ['-loop', '1', '-i', stillPicture(), '-r', '25', '-t', '5'], tone(5), '-t', '5');
    make('black.mp4', ['-f', 'lavfi', '-i', 'color=black:s=64x48:r=25:d=5'], tone(5));
    const small =
      "color=gray:s=128x96:r=25:d=5,geq=lum='if(between(X-mod(N,100),0,8)*between(Y,40,48),235,96)':cb=128:cr=128";
    make('small.mp4', ['-f', 'lavfi', '-i', small], tone(5));
    const survey = await check(root, true);
    assert.deepEqual(
      (['silent', 'cancelling', 'still', 'black'] as const).map((kind) => told(survey, kind)),
      [['silent.mp4'], ['opposite.mp4'], ['still.mp4'], ['black.mp4']],
    );
    assert.equal(survey.notices.length, 4);
    assert.match(formatSurvey(survey), /^- 1 file has a sound track of digital silence: silent\.mp4\.$/m);
    assert.deepEqual((await check(root, false)).notices, []);
    await extract(root, file('content-out'), ['--short-side', '32']);
    const extracted = await check(file('content-out'), true);
    assert.deepEqual(
      (['silent', 'still', 'black'] as const).map((kind) => told(extracted, kind)),
      [['silent.mp4'], ['still.mp4'], ['black.mp4']],
    );
  });

  it('finds files that are the same, and says in which splits', async () => {
    const root = file('doubles');
    for (const split of ['train', 'test']) mkdirSync(join(root, split, 'a'), { recursive: true });
    ordinaryClip(join(root, 'train/a/1.mp4'), 5);
    ordinaryClip(join(root, 'train/a/2.mp4'), 5, { hue: 90 });
    copyFileSync(join(root, 'train/a/1.mp4'), join(root, 'train/a/3.mp4'));
    copyFileSync(join(root, 'train/a/2.mp4'), join(root, 'test/a/4.mp4'));
    const survey = await check(root, false);
    assert.deepEqual(told(survey, 'duplicate'), ['train/a/3.mp4: as train/a/1.mp4']);
    const pair = 'test/a/4.mp4 (test) and train/a/2.mp4 (train)';
    assert.ok(
      survey.findings.includes(`1 pair of files is the same byte for byte in different splits: ${pair}.`),
      survey.findings.join(),
    );
    await extract(root, file('doubles-out'), ['--short-side', '32']);
    const extracted = await check(file('doubles-out'), false);
    assert.deepEqual(
      [told(extracted, 'duplicate'), extracted.findings],
      [told(survey, 'duplicate'), survey.findings],
    );
  });

  it('counts damaged packets', async () => {
    const root = file('damaged');
    mkdirSync(root);
    ordinaryClip(join(root, 'whole.mp4'), 5);
    const bytes = readFileSync(join(root, 'whole.mp4'));
    const data = bytes.indexOf('mdat') + 4;
    for (let i = 0; i < 40; i++) bytes[data + 20_000 + i] ^= 0x5a;
    writeFileSync(join(root, 'torn.mp4'), bytes);
    assert.deepEqual((await check(root, false)).findings, []);
    const survey = await check(root, true);
    assert.equal(survey.findings.length, 1);
    assert.match(
      survey.findings[0],
      /^1 file has damaged packets, which are passed over: torn\.mp4 \([1-9]\d* of \d+ packets\)\.$/,
    );
    writeSurvey(file('told'), survey);
    const [{ path, damaged: count, packets }] = survey.damaged;
    const table = readFileSync(file('told/damaged.csv'), 'utf8');
    assert.equal(table, `path,damaged,packets\n${path},${count},${packets}\n`);
  });

  it('judges a stretch as training does', async () => {
    const root = file('behind');
    mkdirSync(root);
    ordinaryClip(join(root, 'a.mp4'), 5);
    writeFileSync(join(root, 'index.csv'), 'path,start,end\na.mp4,0,5\na.mp4,7,9\n');
    assert.deepEqual((await check(root, false)).opened!.broken, [
      { path: 'a.mp4', reason: 'lasts 5 s, so there is nothing of it at 7 s' },
    ]);
  });

  it('wants pictures and sound of the two files of a clip', async () => {
    const root = file('halves');
    mkdirSync(root);
    ordinaryClip(join(root, 'a.mp4'), 5);
    ffmpeg(...picture(5), '-c:v', 'libx264', join(root, 'mute.mp4'));
    writeFileSync(join(root, 'index.csv'), 'path,noise\na.mp4,mute.mp4\n');
    const survey = await surveyDataset(root, {
      columns: { sound: 'noise' },
      open: { decode: false, log: null },
    });
    assert.deepEqual(survey!.opened!.broken, [{ path: 'mute.mp4', reason: 'has no audio stream' }]);
  });

  for (const form of ['raw', 'jpeg']) {
    it(`finds a flipped byte in what was extracted as ${form}, and says whose`, async () => {
      const [root, out] = [file(`originals-${form}`), file(`out-${form}`)];
      mkdirSync(root);
      for (const name of ['1', '2']) ordinaryClip(join(root, `${name}.mp4`), 5, { hue: 90 * Number(name) });
      const extractThere = () => extract(root, out, ['--short-side', '32', '--frames', form]);
      await extractThere();
      assert.match(formatSurvey(await check(out, true)), /^All is well\.$/m);
      const { entries } = await openDataset(out);
      const { stored } = entries[1];
      assert.ok(stored && 'shard' in stored);
      const whole = readFileSync(stored.shard);
      // In the pictures, in the sound, and in the clip's record.
      for (const place of [stored.offset + 2000, stored.record.offset - 4000, stored.record.offset + 10]) {
        const bytes = Buffer.from(whole);
        bytes[place] ^= 1;
        writeFileSync(stored.shard, bytes);
        const survey = await check(out, true);
        const damaged = "2.mp4 is damaged in the extracted set's clips-00000.tar";
        const wayOut =
          'Copy these shards again, or run the same "xkd extract" again, which writes them anew.';
        assert.deepEqual(survey.findings, [`1 file cannot be used: ${damaged}. ${wayOut}`]);
        assert.doesNotMatch(formatSurvey(survey), /All is well/);
      }
      await extractThere();
      assert.deepEqual(readFileSync(stored.shard), whole);
    });
  }

  const stillPicture = (): string => {
    const path = file('still.png');
    ffmpeg('-f', 'lavfi', '-i', 'testsrc2=d=1:s=64x48:r=1', '-frames:v', '1', path);
    return path;
  };
});
