import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { kineticsSoundClasses, openDataset } from 'xkd/internal';
import { ffmpeg, temporaryFolder } from '../../media/fixtures';
import { foldFiles, plant, refuses } from './trees';

const kinetics = { dataset: 'kinetics400' };
const header = 'label,youtube_id,time_start,time_end,split\n';

describe('data sets of links', function () {
  this.timeout(60_000);
  const file = temporaryFolder();

  it('reads Kinetics-400 by its lists, files named in both styles', async () => {
    const root = file('kinetics');
    plant(root, {
      'annotations/train.csv': `${header}playing guitar,-0a_b-C1dEf,10,20,train\n"passing American football (in game)",---QUuC4vJs,84,94,train\ntexting,gone0000001,0,10,train\n`,
      'annotations/val.csv': `\uFEFF${header.replaceAll('\n', '\r\n')}playing guitar,0000000e+07,0,10,val\r\n`,
      'annotations/test.csv': 'youtube_id,time_start,time_end,split\nheldout0001,3,13,test\n',
    });
    plant(root, [
      'train/playing_guitar/-0a_b-C1dEf_000010_000020.mp4',
      'train/---QUuC4vJs.MP4',
      'val/playing guitar/0000000e+07.mkv',
      'test/heldout0001_000003_000013.mp4',
    ]);
    const dataset = await openDataset(root, kinetics);
    assert.deepEqual(dataset.classes, ['passing American football (in game)', 'playing guitar', 'texting']);
    assert.equal(dataset.missing, 1);
    assert.equal(
      foldFiles(dataset, dataset.folds[0]),
      'train train/playing_guitar/-0a_b-C1dEf_000010_000020.mp4 train/---QUuC4vJs.MP4 / test val/playing guitar/0000000e+07.mkv',
    );
    assert.deepEqual(
      dataset.entries.map(({ label, split }) => `${label} ${split}`),
      [
        'playing guitar train',
        'passing American football (in game) train',
        'playing guitar val',
        'null test',
      ],
    );
  });

  it('reads Kinetics-400 by its folders where there are no lists', async () => {
    const root = file('folders');
    plant(root, [
      'train_256/playing_guitar/a.mp4',
      'train_256/texting/b.mp4',
      'val_256/playing guitar/c.mp4',
    ]);
    const dataset = await openDataset(root, kinetics);
    assert.deepEqual(dataset.classes, ['playing guitar', 'texting']);
    assert.deepEqual(dataset.folds, [{ name: 'default', train: [0, 1], test: [2] }]);
    plant(root, ['train_256/flat.mp4']);
    await refuses(root, kinetics, /flat\.mp4 lies in no folder of a class, and there is no train\.csv/);
    await refuses(
      join(root, 'train_256'),
      kinetics,
      /no train\.csv with val\.csv, or folders train and val in it .*it seems to be .*folders: give/,
    );
  });

  it('reads VGGSound, with commas in labels, and the ways in which its clips are named', async () => {
    const root = file('vggsound');
    plant(root, {
      'vggsound.csv':
        '-0a_b-C1dEf,30,"bird chirping, tweeting",train\n---QUuC4vJs,5,waterfall burbling,test\n0000000e+07,120,engine accelerating, revving, vroom,train\ngone0000001,0,people crowd,train\n',
    });
    plant(root, [
      'video/-0a_b-C1dEf_000030.mp4',
      'test/---QUuC4vJs_5.mp4',
      'video/0000000e+07_120000_130000.mp4',
    ]);
    const dataset = await openDataset(root, { dataset: 'vggsound' });
    assert.deepEqual(dataset.classes, [
      'bird chirping, tweeting',
      'engine accelerating, revving, vroom',
      'people crowd',
      'waterfall burbling',
    ]);
    assert.deepEqual([dataset.missing, dataset.folds], [1, [{ name: 'default', train: [0, 2], test: [1] }]]);
    assert.ok(
      dataset.entries.every(({ startSeconds }) => startSeconds === undefined),
      'the files are the clips',
    );
    plant(root, { 'vggsound.csv': 'id,start,label,split\n' });
    await refuses(
      root,
      { dataset: 'vggsound' },
      /Line 1 of .*vggsound\.csv names no clip \("id,start,label,split"\)/,
    );
  });

  it('reads AVE by the lists of its splits, a video with two events once for each', async () => {
    const root = file('ave');
    plant(root, {
      'trainSet.txt': 'Church bell&0123456789a&good&0&10\nMale speech, man speaking&bbbbbbbbbbb&good&2&7\n',
      'valSet.txt': 'Bark&ccccccccccc&good&0&3\n',
      'testSet.txt': 'Bark&bbbbbbbbbbb&good&7&10\n',
    });
    plant(root, ['AVE/0123456789a.mp4', 'AVE/bbbbbbbbbbb.mp4', 'AVE/ccccccccccc.mp4']);
    const { classes, folds, entries } = await openDataset(root, { dataset: 'ave' });
    assert.deepEqual(classes, ['Bark', 'Church bell', 'Male speech, man speaking']);
    assert.deepEqual(folds, [{ name: 'default', train: [0, 1], test: [3], validation: [2] }]);
    assert.deepEqual(
      entries.map(({ label }) => label),
      ['Church bell', 'Male speech, man speaking', 'Bark', 'Bark'],
    );
    plant(root, { 'testSet.txt': 'Bark,bbbbbbbbbbb\n' });
    await refuses(root, { dataset: 'ave' }, /Line 1 of .*testSet\.txt names no video \("Bark,bbbbbbbbbbb"\)/);
  });

  it('takes the 32 classes of Kinetics-Sound out of Kinetics', async () => {
    assert.equal(kineticsSoundClasses.length, 32);
    const root = file('sound');
    plant(root, [
      'train/playing_guitar/a.mp4',
      'train/texting/b.mp4',
      'val/tap_dancing/c.mp4',
      'val/yoga/d.mp4',
    ]);
    const dataset = await openDataset(root, { dataset: 'kinetics-sound' });
    assert.deepEqual(dataset.classes, ['playing guitar', 'tap dancing']);
    assert.deepEqual(
      dataset.entries.map(({ label }) => label),
      ['playing guitar', 'tap dancing'],
    );
  });

  it('refuses a list that is torn', async () => {
    const root = file('torn');
    plant(root, { 'train.csv': `${header}texting,abc,10,20,train\ntexting,def`, 'train/abc.mp4': 'x' });
    await refuses(root, kinetics, /Row 3 of .*train\.csv has 2 cells where 5 are expected/);
    plant(root, { 'train.csv': `${header}texting,abc,20,10,train\n` });
    await refuses(root, kinetics, /Row 2 of .*train\.csv names no clip \("texting,abc,20,10,train"\)/);
    plant(root, { 'train.csv': 'label,id\ntexting,abc\n' });
    await refuses(root, kinetics, /train\.csv has no column "youtube_id" \(it has label, id\)/);
  });

  const segments =
    '# Segments csv created Sun Mar  5 10:54:25 2017\n# num_ytids=2\n# YTID, start_seconds, end_seconds, positive_labels\n';

  it('reads AudioSet: quoted lists of labels, names with commas, whole videos and clips', async () => {
    const root = file('audioset');
    plant(root, {
      'balanced_train_segments.csv': `${segments}--PJHxphWEs, 30.000, 40.000, "/m/09x0r,/t/dd00088"\n-0RWZT-miFs, 20.000, 22.000, "/m/03v3yw"\nlost0000000, 0.000, 10.000, "/m/09x0r"\n`,
      'eval_segments.csv': `${segments}1e5abcdefgh, 1.500, 11.500, "/m/03v3yw"\n`,
      'class_labels_indices.csv':
        'index,mid,display_name\n0,/m/09x0r,"Male speech, man speaking"\n1,/m/03v3yw,"Keys jangling"\n2,/t/dd00088,Gush\n',
      'audio/--PJHxphWEs_30.wav': 'x',
      'audio/Y1e5abcdefgh_1500_11500.flac': 'x',
    });
    ffmpeg('-f', 'lavfi', '-i', 'sine=d=23', join(root, 'audio/-0RWZT-miFs.wav'));
    const dataset = await openDataset(root, { dataset: 'audioset' });
    assert.deepEqual(dataset.classes, ['Male speech, man speaking', 'Keys jangling', 'Gush']);
    assert.deepEqual(dataset.modalities, ['audio']);
    assert.equal(dataset.missing, 1);
    assert.deepEqual(
      dataset.entries.map(({ labels }) => labels),
      [['Male speech, man speaking', 'Gush'], ['Keys jangling'], ['Keys jangling']],
    );
    assert.deepEqual(
      dataset.entries.map(({ startSeconds, endSeconds }) => [startSeconds, endSeconds]),
      [
        [undefined, undefined],
        [20, 22],
        [undefined, undefined],
      ],
    );
    assert.deepEqual(dataset.folds, [{ name: 'default', train: [0, 1], test: [2] }]);
    // The same names, but clips that are already cut.
    ffmpeg('-f', 'lavfi', '-i', 'sine=d=2', join(root, 'audio/-0RWZT-miFs.wav'));
    const cut = await openDataset(root, { dataset: 'audioset' });
    assert.equal(cut.entries[1].startSeconds, undefined);
    plant(root, { 'eval_segments.csv': `${segments}abc, 0.000, 10.000, "/m/none"\n` });
    await refuses(
      root,
      { dataset: 'audioset' },
      /eval_segments\.csv has in row 1 the label "\/m\/none", which class_labels_indices\.csv does not list/,
    );
    plant(root, { 'eval_segments.csv': `${segments}abc, 10.000, 1.000, "/m/09x0r"\n` });
    await refuses(root, { dataset: 'audioset' }, /in row 1 that a clip lasts from "10\.000" to "1\.000"/);
  });

  it('takes the ids of labels where nothing names them, and tables without spaces', async () => {
    const root = file('plain-segments');
    plant(root, { 'train_segments.csv': 'abcdefghijk,0,10,"/m/2,/m/1"\n', 'abcdefghijk.mp4': 'x' });
    const dataset = await openDataset(root, { dataset: 'audioset' });
    assert.deepEqual(dataset.classes, ['/m/1', '/m/2']);
    assert.deepEqual(dataset.entries[0].labels, ['/m/2', '/m/1']);
    assert.deepEqual(dataset.modalities, ['video', 'audio']);
  });

  it("reads a table of one's own, by the names of its columns", async () => {
    const root = file('own');
    plant(root, {
      'clips.csv': '\uFEFF"file";"tags";"set";"from";"to"\r\nein Film.mp4;rain|wind, strong;train;0,5;2\r\n',
      'good.csv':
        '\uFEFF"file","tags","set","from","to"\r\nä/ein Film.mp4,"rain|wind, strong|rain",train,0.5,2\r\n\r\n007.mp4,1e5,test,,\r\n',
      'twins.csv': 'path,label,label\n007.mp4,rain,wind\n',
    });
    const columns = { path: 'file', labels: 'tags', split: 'set', start: 'from', end: 'to' };
    const dataset = await openDataset(join(root, 'good.csv'), { dataset: 'csv', columns, separator: '|' });
    assert.ok(dataset.multiLabel);
    assert.equal(dataset.root, root);
    assert.deepEqual(dataset.classes, ['1e5', 'rain', 'wind, strong']);
    assert.deepEqual(dataset.entries, [
      {
        path: join(root, 'ä/ein Film.mp4'),
        label: null,
        split: 'train',
        labels: ['rain', 'wind, strong'],
        startSeconds: 0.5,
        endSeconds: 2,
      },
      { path: join(root, '007.mp4'), label: null, split: 'test', labels: ['1e5'] },
    ]);
    await refuses(
      join(root, 'clips.csv'),
      { columns },
      /clips\.csv says in row 2 that a clip lasts from "0,5" to "2"/,
    );
    await refuses(
      join(root, 'good.csv'),
      { columns: { path: 'file', label: 'class' } },
      /has no column "class" \(it has file, tags, set, from, to\): name the column of the classes "class"/,
    );
    await refuses(
      join(root, 'twins.csv'),
      { dataset: 'csv' },
      /twins\.csv has two columns "label": rename or remove one of them/,
    );
    await refuses(root, { dataset: 'csv' }, /There is no index\.csv in .*own: name the table itself/);
  });

  it('takes folders train and test on top for splits, and follows links', async () => {
    const root = file('tree');
    plant(root, ['Train/Gr\u00fcn see/a.mp4', 'train/red/b.MP4', 'Test/red/c.mov']);
    plant(file('elsewhere'), ['d.mp4']);
    symlinkSync(file('elsewhere'), join(root, 'Test/linked'));
    symlinkSync(root, join(root, 'Test/loop'));
    const { entries, folds, classes } = await openDataset(root);
    assert.deepEqual(classes, ['Gr\u00fcn see', 'linked', 'red']);
    assert.deepEqual(
      entries.map(({ split }) => split),
      ['test', 'test', 'train', 'train'],
    );
    assert.deepEqual(folds, [{ name: 'default', train: [2, 3], test: [0, 1] }]);
  });

  it('knows the usual splits of a table in whatever way they are written, and says so where it has no rows', async () => {
    const root = file('splits');
    plant(root, {
      'index.csv':
        'path,label,split\na.mp4,x,TRAIN\nb.mp4,x,training\nc.mp4,x,Test\nd.mp4,x,valid\ne.mp4,x,held out\n',
    });
    const { entries, folds } = await openDataset(root);
    assert.deepEqual(
      entries.map(({ split }) => split),
      ['train', 'train', 'test', 'val', 'held out'],
    );
    assert.deepEqual(folds, [{ name: 'default', train: [0, 1], test: [2], validation: [3] }]);
    plant(root, { 'index.csv': 'path,label,split\n' });
    await refuses(
      root,
      {},
      /index\.csv names no clips: write a row for each, or remove it to read the folders\.$/,
    );
  });

  it('says so where a table is not UTF-8', async () => {
    plant(file('latin'), { 'index.csv': 'path,label\n' });
    const { appendFileSync } = await import('node:fs');
    appendFileSync(join(file('latin'), 'index.csv'), Buffer.from('gr\u00fcn.mp4,x\n', 'latin1'));
    await refuses(file('latin'), {}, /index\.csv is not UTF-8 text \(row 2\)/);
  });
});
