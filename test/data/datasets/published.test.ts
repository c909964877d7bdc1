import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDataset } from 'xkd';
import { temporaryFolder } from '../../media/fixtures';
import { foldFiles, plant, plantEsc50, plantFsd50k, plantHmdb51, plantUcf101, refuses } from './trees';

describe('published data sets', function () {
  this.timeout(60_000);
  const file = temporaryFolder();

  it('reads UCF101, whose lists and files spell a class in two ways', async () => {
    const root = file('ucf');
    plantUcf101(root);
    const dataset = await openDataset(root, { dataset: 'ucf101' });
    assert.equal(dataset.name, 'ucf101');
    assert.deepEqual(dataset.classes, ['ApplyEyeMakeup', 'HandstandPushups']);
    assert.deepEqual(dataset.modalities, ['video', 'audio'], 'half of its classes have sound');
    assert.equal(dataset.entries.length, 8);
    assert.deepEqual(
      dataset.folds.map(({ name }) => name),
      ['1', '2', '3'],
    );
    assert.match(
      foldFiles(dataset, dataset.folds[1]),
      /test UCF-101\/ApplyEyeMakeup\/v_ApplyEyeMakeup_g02_c01.avi UCF-101\/HandstandPushups\/v_HandStandPushups_g02_c01.avi$/,
    );
    for (const { train, test } of dataset.folds) assert.deepEqual([train.length, test.length], [6, 2]);
    const test = await openDataset(root, { dataset: 'ucf101', splits: ['test'] });
    assert.deepEqual(
      test.entries.map(({ label }) => label),
      ['ApplyEyeMakeup', 'HandstandPushups'],
    );
    assert.deepEqual(test.folds, []);
    const train = await openDataset(root, { dataset: 'ucf101', splits: ['train'] });
    assert.deepEqual(
      train.folds.map(({ name }) => name),
      ['2', '3'],
      'fold 1 has nothing left to test on',
    );
  });

  it('reads UCF101 with other endings and in upper case', async () => {
    const root = file('ucf-mp4');
    plantUcf101(root);
    renameSync(
      join(root, 'UCF-101/ApplyEyeMakeup/v_ApplyEyeMakeup_g01_c01.avi'),
      join(root, 'UCF-101/ApplyEyeMakeup/v_ApplyEyeMakeup_g01_c01.MP4'),
    );
    const { entries } = await openDataset(root, { dataset: 'ucf101' });
    assert.ok(entries.some(({ path }) => path.endsWith('.MP4')));
  });

  it('names files that UCF101 lacks, and continues without them where asked to', async () => {
    const root = file('half');
    plantUcf101(root);
    rmSync(join(root, 'UCF-101/ApplyEyeMakeup/v_ApplyEyeMakeup_g01_c01.avi'));
    await refuses(
      root,
      { dataset: 'ucf101' },
      /^1 of the 8 clips of UCF101 is not in .*half \(ApplyEyeMakeup\/v_ApplyEyeMakeup_g01_c01\.avi\): unpack it again .*--allow-missing/,
    );
    const dataset = await openDataset(root, { dataset: 'ucf101', missing: 'leaveOut' });
    assert.equal(dataset.entries.length, 7);
    assert.equal(dataset.missing, 1);
    assert.deepEqual(
      dataset.folds[0].test.map((i) => dataset.entries[i].label),
      ['HandstandPushups'],
    );
  });

  it('names the right folder where its parent, its child or another was given', async () => {
    const root = file('roots/ucf');
    plantUcf101(root);
    const args = { dataset: 'ucf101' };
    await refuses(
      file('roots'),
      args,
      /is not the folder of UCF101: .*no ucfTrainTestlist\/classInd\.txt in it \(it holds ucf\); expected: UCF-101\/CLASS\/\*\.avi and .*; it seems to be .*roots\/ucf: give that folder/,
    );
    await refuses(
      join(root, 'UCF-101'),
      args,
      /holds ApplyEyeMakeup, HandstandPushups.*it seems to be .*roots\/ucf: give/,
    );
    await refuses(
      join(root, 'ucfTrainTestlist'),
      args,
      /none of the 8 clips of its lists is in it.*it seems to be .*roots\/ucf: give/,
    );
    mkdirSync(file('empty'));
    await refuses(file('empty'), args, /it is empty.*give the folder in which these lie/);
    await refuses(file('nowhere'), args, /does not exist/);
    await refuses(root, { dataset: 'ucf102' }, /There is no data set "ucf102": did you mean "ucf101"\?$/);
    await refuses(root, { dataset: 'HMDB' }, /did you mean "hmdb51"\?$/);
    await refuses(
      root,
      { dataset: 'imagenet' },
      /There is no data set "imagenet": choose from ucf101, hmdb51/,
    );
    rmSync(join(root, 'UCF-101'), { recursive: true });
    await refuses(
      root,
      args,
      /none of the 8 clips of its lists is in it \(it holds ucfTrainTestlist\); .*; unpack its clips there too\.$/,
    );
  });

  it('names no other set where the folder of UCF101 does not exist', async () => {
    await refuses(file('nowhere'), { dataset: 'ucf101' }, /nowhere does not exist: check the path\.$/);
  });

  it('refuses lists of UCF101 that contradict each other', async () => {
    const root = file('mixed-up');
    plantUcf101(root);
    writeFileSync(join(root, 'ucfTrainTestlist/testlist02.txt'), 'Archery/v_Archery_g01_c01.avi\n');
    await refuses(
      root,
      { dataset: 'ucf101' },
      /Line 1 of .*testlist02\.txt \("Archery\/v_Archery_g01_c01\.avi"\) does not agree with classInd\.txt/,
    );
    writeFileSync(join(root, 'ucfTrainTestlist/classInd.txt'), 'ApplyEyeMakeup\n');
    await refuses(root, { dataset: 'ucf101' }, /Line 1 of .*classInd\.txt is not "1 CLASS"/);
  });

  it('refuses lists that name a clip twice, on both sides of a fold or as two clips', async () => {
    const clip = 'ApplyEyeMakeup/v_ApplyEyeMakeup_g01_c01.avi';
    plantUcf101(file('twice/ucf'));
    appendFileSync(file('twice/ucf/ucfTrainTestlist/trainlist01.txt'), `\n${clip} 1\n`);
    await refuses(
      file('twice/ucf'),
      { dataset: 'ucf101' },
      /Line 1 of .*testlist01\.txt names "ApplyEyeMakeup\/v_.*\.avi", which trainlist01\.txt names too/,
    );
    plantHmdb51(file('twice/hmdb'));
    appendFileSync(
      file('twice/hmdb/testTrainMulti_7030_splits/brush_hair_test_split1.txt'),
      'a&b_(x)_2.avi 1\n',
    );
    await refuses(
      file('twice/hmdb'),
      { dataset: 'hmdb51' },
      /Line 4 of .*brush_hair_test_split1\.txt .* contradicts a line above it/,
    );
    plantEsc50(file('twice/esc'));
    appendFileSync(file('twice/esc/meta/esc50.csv'), '5-10031-A-1.wav,5,1,sea waves,True,100032,A\n');
    await refuses(
      file('twice/esc'),
      { dataset: 'esc50' },
      /The lists of ESC-50 in .* name 5-10031-A-1\.wav twice/,
    );
  });

  it('reads lists with a byte order mark, and refuses those that are not UTF-8', async () => {
    const root = file('encodings');
    plantUcf101(root);
    const list = join(root, 'ucfTrainTestlist/trainlist01.txt');
    writeFileSync(list, `\uFEFF${readFileSync(list, 'utf8')}`);
    assert.equal((await openDataset(root, { dataset: 'ucf101' })).folds[0].train.length, 6);
    appendFileSync(list, Buffer.from('\nHandstandPushups/v_\u00e4_g09_c01.avi 2\n', 'latin1'));
    await refuses(
      root,
      { dataset: 'ucf101' },
      /trainlist01\.txt is not UTF-8 text \(line 7\): save it again in UTF-8/,
    );
  });

  it('refuses UCF101 and HMDB51 where one of their lists is gone, which would leave clips out of a fold', async () => {
    for (const [dataset, plantIt, list] of [
      ['ucf101', plantUcf101, 'ucfTrainTestlist/testlist02.txt'],
      ['hmdb51', plantHmdb51, 'testTrainMulti_7030_splits/brush_hair_test_split2.txt'],
    ] as const) {
      const root = file(`${dataset} without a list`);
      plantIt(root);
      rmSync(join(root, list));
      await refuses(
        root,
        { dataset },
        /(UCF101|HMDB51) is incomplete, because there is no .*2\.txt: unpack its lists again/,
      );
    }
  });

  it('reads HMDB51 with the odd characters of its names', async () => {
    const root = file('hmdb');
    plantHmdb51(root);
    const dataset = await openDataset(root, { dataset: 'hmdb51' });
    assert.deepEqual(dataset.classes, ['brush_hair', 'sword_exercise']);
    assert.equal(dataset.entries.length, 6);
    const [first, second] = dataset.folds;
    assert.equal(
      foldFiles(dataset, first),
      'train hmdb51_org/brush_hair/Best_of;me_h_cm_np1_le_goo_1.avi hmdb51_org/sword_exercise/Schwert\u00fcbung_f_cm_np1_1.avi' +
        ' / test hmdb51_org/brush_hair/a&b_(x)_2.avi hmdb51_org/sword_exercise/last!_f_cm_2.avi',
    );
    assert.deepEqual(
      second.train.map((i) => dataset.entries[i].split),
      ['unused', 'unused'],
    );
    plant(root, { 'testTrainMulti_7030_splits/brush_hair_test_split2.txt': 'a&b_(x)_2.avi 7\n' });
    await refuses(
      root,
      { dataset: 'hmdb51' },
      /Line 1 of .*brush_hair_test_split2\.txt .* is not a file name and 0, 1 or 2/,
    );
  });

  it('finds a name whose accents are written in another way', async () => {
    const root = file('accents');
    plantHmdb51(root);
    const folder = join(root, 'hmdb51_org/sword_exercise');
    const name = 'Schwert\u00fcbung_f_cm_np1_1.avi';
    renameSync(join(folder, name), join(folder, `other-${name}`));
    renameSync(join(folder, `other-${name}`), join(folder, name.normalize('NFD')));
    const { entries } = await openDataset(root, { dataset: 'hmdb51' });
    assert.ok(entries.some(({ path }) => path === join(folder, name.normalize('NFD'))));
  });

  it('reads ESC-50 in its five folds', async () => {
    const root = file('esc');
    plantEsc50(root);
    const dataset = await openDataset(root, { dataset: 'esc50' });
    assert.deepEqual(dataset.classes, ['dog', 'sea waves']);
    assert.deepEqual(dataset.modalities, ['audio']);
    assert.equal(dataset.folds.length, 5);
    assert.match(
      foldFiles(dataset, dataset.folds[3]),
      /test audio\/4-10030-A-0\.wav audio\/4-10031-A-1\.wav$/,
    );
    assert.equal(dataset.folds[3].train.length, 8);
    plant(root, { 'meta/esc50.csv': 'filename,fold,target,category\n1.wav,6,0,dog\n' });
    await refuses(root, { dataset: 'esc50' }, /Row 2 of .*esc50\.csv names the fold "6"/);
    plant(root, { 'meta/esc50.csv': 'filename,fold,target,category\n1.wav,1,0,dog\n2.wav,1,0,cat\n' });
    await refuses(root, { dataset: 'esc50' }, /Row 3 of .*gives "cat" the number 0/);
  });

  it('reads FSD50K with several labels to a clip, and names that look like numbers', async () => {
    const root = file('fsd');
    plantFsd50k(root);
    const dataset = await openDataset(root, { dataset: 'fsd50k' });
    assert.ok(dataset.multiLabel);
    assert.deepEqual(dataset.classes, ['Bark', 'Dog', 'Electric_guitar']);
    assert.deepEqual(
      dataset.entries.map(({ labels, label, split }) => [labels!.join(), label, split]),
      [
        ['Electric_guitar', null, 'train'],
        ['Bark,Dog', null, 'val'],
        ['Dog', null, 'train'],
        ['Dog,Electric_guitar', null, 'test'],
      ],
    );
    assert.deepEqual(dataset.folds, [{ name: 'default', train: [0, 2], test: [3], validation: [1] }]);
    plant(root, { 'FSD50K.ground_truth/eval.csv': 'fname,labels,mids\n37199,Meow,/m/07qrkrw\n' });
    await refuses(
      root,
      { dataset: 'fsd50k' },
      /Row 2 of .*eval\.csv has the label "Meow", which vocabulary\.csv does not list/,
    );
    rmSync(join(root, 'FSD50K.ground_truth/vocabulary.csv'));
    await refuses(root, { dataset: 'fsd50k' }, /there is no FSD50K\.ground_truth\/vocabulary\.csv in it/);
  });
});
