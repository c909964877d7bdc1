import assert from 'node:assert/strict';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  configure,
  extractDataset,
  openClipPool,
  openDataset,
  openPretraining,
  pretrainingEntries,
  surveyDataset,
  UserError,
  type Dataset,
  type XkdConfig,
} from 'xkd/internal';
import { evaluationBatches } from 'xkd/dist/data/evaluation';
import { ffmpeg, temporaryFolder } from '../../media/fixtures';
import { plant, plantEsc50, plantFsd50k, plantHmdb51, plantUcf101, refuses } from './trees';

const names = ({ entries, root }: Dataset): string[] =>
  entries.map(({ path }) => path.slice(root.length + 1));

/** Asserts that two clips have the same pictures and the same sound at all times. */
async function assertAlike({ entries }: Dataset, config: XkdConfig): Promise<void> {
  const pool = openClipPool(config);
  const plan = { kind: 'spread', clips: 3, crops: 1 } as const;
  try {
    for await (const { video, audio } of evaluationBatches(entries, config, { batch: 6, plan, pool })) {
      for (const { data, shape } of [video!, audio!]) {
        assert.equal(shape[0], 6);
        const [apart, together] = [data.subarray(0, data.length / 2), data.subarray(data.length / 2)];
        assert.ok(together.some((value) => value !== together[0]));
        assert.deepEqual(apart, together);
      }
    }
  } finally {
    await pool.close();
  }
}

describe('data sets as others write them', function () {
  this.timeout(60_000);
  const file = temporaryFolder();

  it('reads paths with backslashes in all lists', async () => {
    const root = file('backslashes');
    plant(root, ['oak/1.mp4', 'a\\b.mp4']);
    plant(root, { 'index.csv': 'path,label\noak\\1.mp4,oak\na\\b.mp4,brass\n' });
    assert.deepEqual(
      names(await openDataset(root)),
      ['oak/1.mp4', 'a\\b.mp4'],
      'a name that holds one counts first',
    );
    const sets = { hmdb51: plantHmdb51, ucf101: plantUcf101, esc50: plantEsc50, fsd50k: plantFsd50k };
    for (const [dataset, plantSet] of Object.entries(sets)) plantSet(file(dataset));
    plant(file('hmdb51'), {
      'testTrainMulti_7030_splits/brush_hair_test_split1.txt': 'brush_hair\\a&b_(x)_2.avi 1\n',
    });
    const hmdb = await openDataset(file('hmdb51'), { dataset: 'hmdb51', missing: 'leaveOut' });
    assert.ok(names(hmdb).includes('hmdb51_org/brush_hair/a&b_(x)_2.avi'));
    plant(file('esc50'), {
      'meta/esc50.csv': 'filename,fold,target,category\naudio\\1-10030-A-0.wav,1,0,dog\n',
    });
    assert.deepEqual(names(await openDataset(file('esc50'), { dataset: 'esc50' })), [
      'audio/1-10030-A-0.wav',
    ]);
    const truth = 'fname,labels,mids,split\nFSD50K.dev_audio\\64760.wav,Dog,/m/0bt9lr,train\n';
    plant(file('fsd50k'), { 'FSD50K.ground_truth/dev.csv': truth });
    const fsd = await openDataset(file('fsd50k'), { dataset: 'fsd50k' });
    assert.ok(names(fsd).includes('FSD50K.dev_audio/64760.wav'));
  });

  it('reads AudioSet as its downloaders name the clips', async () => {
    const root = file('audioset');
    const rows = [
      'abcdefghijk, 30.000, 40.000, "/m/a"',
      'bcdefghijkl, 1.500, 11.500, "/m/b"',
      'cdefghijklm, 0.000, 10.000, "/m/a"',
    ];
    plant(root, {
      'eval_segments.csv': `# YTID, start_seconds, end_seconds, positive_labels\n${rows.join('\n')}\n`,
    });
    plant(root, ['Speech/abcdefghijk_30.0-40.0.wav', 'Speech/bcdefghijkl_1.5-11.5.wav']);
    plant(root, ['eval/audio/cdefghijklm_0_10000.flac', 'eval/video/cdefghijklm_0_10000.mp4']);
    const dataset = await openDataset(root, { dataset: 'audioset' });
    const found = dataset.entries.map(({ path, sound, startSeconds }) => [path, sound, startSeconds]);
    assert.deepEqual(found, [
      [join(root, 'Speech/abcdefghijk_30.0-40.0.wav'), undefined, undefined],
      [join(root, 'Speech/bcdefghijkl_1.5-11.5.wav'), undefined, undefined],
      [
        join(root, 'eval/video/cdefghijklm_0_10000.mp4'),
        join(root, 'eval/audio/cdefghijklm_0_10000.flac'),
        undefined,
      ],
    ]);
    assert.deepEqual(dataset.modalities, ['video', 'audio']);
    assert.deepEqual(dataset.leftOut, []);
  });

  it('takes the sound of a clip from a file of its own', async () => {
    const root = file('apart');
    plant(root, { 'clips.csv': 'file,wav\na.mp4,a.flac\nb.mp4,\n' });
    ffmpeg(
      '-f',
      'lavfi',
      '-i',
      'testsrc2=d=12:s=64x48',
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      join(root, 'a.mp4'),
    );
    ffmpeg('-f', 'lavfi', '-i', 'sine=d=12', join(root, 'a.flac'));
    ffmpeg(
      '-i',
      join(root, 'a.mp4'),
      '-i',
      join(root, 'a.flac'),
      '-c:v',
      'copy',
      '-c:a',
      'flac',
      '-strict',
      '-2',
      join(root, 'b.mp4'),
    );
    const columns = { path: 'file', sound: 'wav' };
    const dataset = await openDataset(join(root, 'clips.csv'), { columns });
    assert.deepEqual(
      dataset.entries.map(({ sound }) => sound),
      [join(root, 'a.flac'), undefined],
    );
    // Decoded whole, and window by window.
    for (const cacheMegabytes of [1, 100]) {
      await assertAlike(
        dataset,
        configure('nano', { 'loader.workers': 1, 'loader.cacheMegabytes': cacheMegabytes }),
      );
    }
    const { frameSize: shortSide, framesPerSecond, sampleRateHz } = configure('nano').clip;
    const form = { frames: 'raw', shortSide, framesPerSecond, sampleRateHz } as const;
    await extractDataset({ dataset, out: file('apart-extracted'), form, workers: 1 });
    rmSync(join(root, 'a.flac'));
    await assertAlike(await openDataset(file('apart-extracted')), configure('nano', { 'loader.workers': 1 }));
  });

  it('reads tables without a line of names by the numbers of their columns', async () => {
    const root = file('headless');
    plant(root, {
      'clips.csv': 'a/1.mp4,oak\nb/2.mp4,brass\n',
      'spaces.csv': 'a/1.mp4 0\nb/2.mp4 1\n',
      'named.csv': 'video,class\na/1.mp4,oak\n',
    });
    const columns = { path: '1', label: '2' };
    const labels = async (name: string): Promise<string[]> =>
      (await openDataset(join(root, name), { columns })).entries.map(
        ({ path, label }) => `${path.slice(root.length + 1)} ${label}`,
      );
    assert.deepEqual(await labels('clips.csv'), ['a/1.mp4 oak', 'b/2.mp4 brass']);
    assert.deepEqual(await labels('spaces.csv'), ['a/1.mp4 0', 'b/2.mp4 1']);
    assert.deepEqual(await labels('named.csv'), ['a/1.mp4 oak'], 'its line of names is no clip');
    await refuses(
      join(root, 'clips.csv'),
      {},
      /clips\.csv has no line of names \(it begins with a\/1\.mp4, oak\): .*--columns path=1,label=2\.$/,
    );
    await refuses(
      join(root, 'clips.csv'),
      { columns: { label: '2' } },
      /are to be called 2: give the numbers of all/,
    );
    await refuses(join(root, 'clips.csv'), { columns: { path: '1', label: '3' } }, /has no column "3"/);
  });

  it('reads names of columns and cells with spaces and quotes around them, in any case', async () => {
    const root = file('quoted');
    plant(root, {
      'index.csv': 'path , "Label" , \'split\'\na.mp4, "oak, red" , train\nb.mp4,"brass",test\n',
    });
    const { entries } = await openDataset(root);
    assert.deepEqual(
      entries.map(({ label, split }) => `${label}; ${split}`),
      ['oak, red; train', 'brass; test'],
    );
  });

  it('names files that are given two labels', async () => {
    const root = file('twice');
    plant(root, ['a.mp4', 'b.mp4']);
    plant(root, { 'index.csv': 'path,label\na.mp4,oak\na.mp4,brass\nb.mp4,oak\n' });
    const { findings } = (await surveyDataset(root, { open: null }))!;
    assert.deepEqual(findings, ['1 file has several labels: a.mp4 (oak, brass).']);
  });

  it('reads Kinetics-600 and Kinetics-700 as Kinetics-400', async () => {
    for (const dataset of ['kinetics600', 'kinetics700']) {
      const root = file(dataset);
      const list = (split: string, id: string): string =>
        `label,youtube_id,time_start,time_end,split\nyoga,${id},10,20,${split}\n`;
      const folder = dataset === 'kinetics700' ? 'kinetics700_2020' : 'annotations';
      plant(root, {
        [`${folder}/train.csv`]: list('train', 'abcdefghijk'),
        [`${folder}/val.csv`]: list('val', 'bcdefghijkl'),
      });
      plant(root, ['train/yoga/abcdefghijk_000010_000020.mp4', 'val/yoga/bcdefghijkl_000010_000020.mp4']);
      const { name, folds } = await openDataset(root, { dataset });
      assert.deepEqual([name, folds], [dataset, [{ name: 'default', train: [0], test: [1] }]]);
    }
  });

  it('keeps sounds beside videos, and counts and names what is no clip', async () => {
    const root = file('mixed');
    plant(root, [
      'rain/1.mp4',
      'rain/1.wav',
      'rain/1.mp3',
      'rain/2.wav',
      'sea/3.flac',
      'sea/notes.txt',
      'LICENSE',
    ]);
    const dataset = await openDataset(root);
    assert.deepEqual(names(dataset), ['rain/1.mp4', 'rain/2.wav', 'sea/3.flac']);
    assert.deepEqual(
      dataset.entries.map(({ sound }) => sound),
      [join(root, 'rain/1.mp3'), undefined, undefined],
    );
    const survey = (await surveyDataset(root, { open: null }))!;
    assert.deepEqual(survey.leftOut, ['LICENSE', 'rain/1.wav', 'sea/notes.txt']);
    const { entries, notes } = pretrainingEntries(dataset);
    assert.deepEqual([entries.length, notes], [1, [`2 sounds without pictures in ${root} are left out.`]]);
    plant(root, { 'index.csv': 'path\nrain/1.mp4\n' });
    assert.deepEqual((await surveyDataset(root, { open: null }))!.leftOut, [
      'rain/1.mp3',
      'rain/1.wav',
      'rain/2.wav',
      'sea/3.flac',
    ]);
  });

  it('takes files without a known ending for what they hold', async () => {
    const root = file('unnamed');
    plant(root, { 'b/notes': 'RIFF is a word', 'b/page.bin': 'x' });
    ffmpeg('-f', 'lavfi', '-i', 'testsrc2=d=1:s=64x48', join(root, 'first.mkv'));
    ffmpeg('-f', 'lavfi', '-i', 'sine=d=1', join(root, 'second.wav'));
    renameSync(join(root, 'first.mkv'), join(root, 'b/first'));
    renameSync(join(root, 'second.wav'), join(root, 'b/second.part'));
    const dataset = await openDataset(root);
    assert.deepEqual(names(dataset), ['b/first', 'b/second.part']);
    assert.deepEqual(dataset.leftOut, [join(root, 'b/notes'), join(root, 'b/page.bin')]);
    assert.deepEqual(
      pretrainingEntries(dataset).entries.map(({ path }) => path),
      [join(root, 'b/first')],
    );
  });

  it('refuses to pretrain on sound alone before a run folder is made', async () => {
    const root = file('sounds');
    plantEsc50(root);
    const run = openPretraining({
      config: configure('nano'),
      data: root,
      openAs: { dataset: 'esc50' },
      out: file('run'),
    });
    await assert.rejects(run, (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.match(
        error.message,
        /sounds hold sound alone, and pretraining learns from pictures with their sound: give videos\.$/,
      );
      return true;
    });
    assert.ok(!existsSync(file('run')));
    rmSync(root, { recursive: true });
  });
});
