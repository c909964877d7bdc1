import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  classBalanceFigure,
  publishedCounts,
  surveyDataset,
  type DatasetSurvey,
  type SurveyArgs,
} from 'xkd/internal';
import { main } from 'xkd/dist/cli/main';
import { formatSurvey } from 'xkd/dist/cli/surveyTable';
import { ffmpeg, ordinaryClip, temporaryFolder } from '../../media/fixtures';
import { plant, plantEsc50, plantHmdb51, plantUcf101, refuses } from './trees';

describe('surveyDataset', function () {
  this.timeout(60_000);
  const file = temporaryFolder();
  const survey = async (root: string, args: Partial<SurveyArgs> = {}): Promise<DatasetSurvey> => {
    const found = await surveyDataset(root, { open: null, ...args });
    assert.ok(found);
    return found;
  };

  it('has published counts that add up', () => {
    const { ucf101, hmdb51, esc50, fsd50k } = publishedCounts;
    for (const fold of [1, 2, 3]) {
      assert.equal(ucf101.clips[`${fold} train`] + ucf101.clips[`${fold} test`], 13320);
      assert.equal(hmdb51.clips[`${fold} train`], hmdb51.perClass![`${fold} train`] * hmdb51.classes);
    }
    for (const fold of [1, 2, 3, 4, 5])
      assert.equal(esc50.clips[`${fold} test`], esc50.perClass![`${fold} test`] * 50);
    assert.equal(fsd50k.clips.train + fsd50k.clips.val, 40966);
    for (const { source } of Object.values(publishedCounts)) assert.match(source, /\d{4}|XKD paper/);
  });

  it('counts clips by fold and class beside the published ones', async () => {
    const root = file('ucf');
    plantUcf101(root);
    rmSync(join(root, 'UCF-101/ApplyEyeMakeup/v_ApplyEyeMakeup_g01_c01.avi'));
    plant(root, ['UCF-101/ApplyEyeMakeup/holiday.mp4']);
    const { clips, parts, classes, missing, findings, opened } = await survey(root, { dataset: 'ucf101' });
    assert.deepEqual(clips, { listed: 8, present: 7, missing: 1, unlisted: 1 });
    assert.deepEqual(parts[1], { name: '1 test', listed: 2, present: 1, published: 3783 });
    assert.deepEqual(classes[0], {
      name: 'ApplyEyeMakeup',
      listed: 4,
      present: 3,
      parts: [3, 0, 2, 1, 2, 1],
    });
    assert.deepEqual(missing, [
      { name: 'ApplyEyeMakeup/v_ApplyEyeMakeup_g01_c01.avi', label: 'ApplyEyeMakeup', split: 'test' },
    ]);
    assert.equal(opened, null);
    assert.ok(findings.includes('The lists name 2 classes; 101 are published.'));
    assert.ok(findings.includes('The lists of 1 test name 2 clips; 3783 are published (3781 fewer).'));
    assert.ok(findings.includes('1 listed clip has no file: ApplyEyeMakeup/v_ApplyEyeMakeup_g01_c01.avi.'));
    const allowed = await survey(root, { dataset: 'ucf101', allowMissing: true });
    assert.ok(!allowed.findings.some((finding) => finding.includes('no file')));
  });

  it('tells of classes without files, folds without clips and other counts of a class', async () => {
    const root = file('esc');
    plantEsc50(root);
    for (const fold of [1, 2, 3, 4, 5]) rmSync(join(root, `audio/${fold}-10031-A-1.wav`));
    rmSync(join(root, 'audio/3-10030-A-0.wav'));
    const { findings } = await survey(root, { dataset: 'esc50', allowMissing: true });
    assert.ok(findings.includes('All clips are of one class ("dog"): there is nothing to tell apart.'));
    assert.ok(findings.includes('1 class has no file at all: sea waves.'));
    assert.ok(findings.includes('None of the 2 clips of 3 test is there.'));
    plantHmdb51(file('hmdb'));
    const hmdb = await survey(file('hmdb'), { dataset: 'hmdb51' });
    assert.ok(
      hmdb.findings.includes('2 classes do not have the published 70 clips in 1 train: "brush_hair" has 1.'),
    );
    await refuses(file('hmdb'), { dataset: 'esc50' }, /is not the folder of ESC-50/);
  });

  it('opens every file, names the broken ones and counts those without sound', async () => {
    const root = file('opened');
    plant(root, { 'a/text.mp4': 'no video at all', 'a/empty.mp4': '' });
    ordinaryClip(join(root, 'a/good.mp4'), 1);
    ffmpeg('-f', 'lavfi', '-i', 'testsrc2=d=4:s=64x48', '-c:v', 'mpeg4', join(root, 'a/silent.avi'));
    copyFileSync(join(root, 'a/silent.avi'), join(root, 'a/torn.avi'));
    truncateSync(join(root, 'a/torn.avi'), statSync(join(root, 'a/torn.avi')).size / 2);
    const log = file('checks/opened.jsonl');
    const heads = await survey(root, { open: { decode: false, log } });
    assert.equal(heads.opened!.files, 5);
    assert.equal(heads.opened!.withoutSound, 1);
    assert.deepEqual(heads.opened!.broken, [
      { path: 'a/empty.mp4', reason: 'is empty (0 bytes)' },
      { path: 'a/text.mp4', reason: 'holds no pictures or sound that can be read' },
      { path: 'a/torn.avi', reason: 'is truncated: it holds 1.7 s of the 4.0 s it announces' },
    ]);
    assert.match(
      heads.findings[1],
      /^3 files cannot be used: a\/empty\.mp4 is empty \(0 bytes\); a\/text\.mp4 holds no pictures or sound that can be read; /,
    );
    const decoded = await survey(root, { open: { decode: true, log } });
    assert.deepEqual(decoded.opened!.broken, heads.opened!.broken);
  });

  it('continues from where it was stopped, opening only what is new or changed', async () => {
    const root = file('resumed');
    for (const name of ['1', '2', '3']) ordinaryClip(join(plantFolder(root), `${name}.mp4`), 1);
    const log = file('resumed-checks/opened.jsonl');
    const stop = new AbortController();
    const stopped = await surveyDataset(root, {
      open: { decode: false, log, signal: stop.signal, onProgress: () => stop.abort() },
    });
    assert.equal(stopped, null);
    const known = readFileSync(log, 'utf8').trim().split('\n').length;
    assert.ok(known >= 1 && known <= 2, `${known} were opened`);
    appendFileSync(log, '{"path":"torn');
    const opened: number[] = [];
    const open = { decode: false, log, onProgress: (done: number) => void opened.push(done) };
    assert.equal((await survey(root, { open })).opened!.files, 3);
    assert.equal(opened.length, 3 - known);
    opened.length = 0;
    writeFileSync(join(root, 'a/2.mp4'), 'changed');
    const again = await survey(root, { open });
    assert.equal(opened.length, 1);
    assert.deepEqual(
      again.opened!.broken.map(({ path }) => path),
      ['a/2.mp4'],
    );
  });

  it('finds nothing wrong with a sound folder, and what is missing of an index', async () => {
    const root = file('indexed');
    plant(root, { 'a/1.mp4': 'x', 'b/2.mp4': 'x' });
    assert.deepEqual((await survey(root)).findings, []);
    plant(root, { 'index.csv': 'path,label,split\na/1.mp4,a,train\nb/2.mp4,b,test\nb/3.mp4,b,test\n' });
    const { clips, parts, findings, missing } = await survey(root);
    assert.deepEqual(clips, { listed: 3, present: 2, missing: 1, unlisted: 0 });
    assert.deepEqual(
      parts.map(({ name, present }) => `${name} ${present}`),
      ['train 1', 'test 1'],
    );
    assert.deepEqual(missing, [{ name: 'b/3.mp4', label: 'b', split: 'test' }]);
    assert.deepEqual(findings, ['1 listed clip has no file: b/3.mp4.']);
  });

  it('tells of files on both sides of a fold, of clips without a label, and of a split whose only file is gone', async () => {
    const root = file('leak');
    plant(root, { 'a.mp4': 'x', 'b.mp4': 'x' });
    const rows = [
      'a.mp4,a,train,,',
      'a.mp4,a,test,,',
      'b.mp4,b,train,0,1',
      'b.mp4,b,test,1,2',
      'b.mp4,,train,3,4',
      'gone.mp4,a,val,,',
    ];
    plant(root, { 'index.csv': `path,label,split,start,end\n${rows.join('\n')}\n` });
    assert.deepEqual((await survey(root)).findings.slice(1), [
      'The one clip of val is not there.',
      '1 file is both learnt from and tested on: a.mp4.',
      '1 clip has no label: b.mp4.',
    ]);
  });

  it('counts what was extracted, without looking for the originals', async () => {
    const root = file('extracted-from');
    for (const name of ['a/1', 'b/2']) {
      plant(root, [`${name.slice(0, 1)}/readme.txt`]);
      ordinaryClip(join(root, `${name}.mp4`), 1);
    }
    plant(root, {
      'b/3.mp4': 'no video at all',
      'clips.csv': 'file,kinds\na/1.mp4,x|y\nb/2.mp4,y\nb/3.mp4,x\n',
    });
    const words = [
      'extract',
      '--data',
      join(root, 'clips.csv'),
      '--columns',
      'path=file,labels=kinds',
      '--separator',
      '|',
    ];
    words.push('--out', file('extracted'), '--short-side', '32', '--workers', '1');
    assert.equal(await quietly(words), 0);
    rmSync(root, { recursive: true });
    const { clips, classes, findings, opened } = await survey(file('extracted'), {
      open: { decode: false, log: null },
    });
    assert.deepEqual(
      classes.map(({ name, present }) => `${name} ${present}`),
      ['x 2', 'y 2'],
    );
    assert.deepEqual([clips, opened], [{ listed: 3, present: 3, missing: 0, unlisted: 0 }, null]);
    assert.deepEqual(findings, [
      '1 file could not be extracted: b/3.mp4 holds no pictures or sound that can be read.',
    ]);
    await refuses(
      file('extracted'),
      { dataset: 'ucf101' },
      /holds the extracted form of the data set "folder", not of "ucf101"/,
    );
  });

  it('is told in words that fit one class and one clip', async () => {
    const root = file('one');
    plant(root, { 'a/1.mp4': 'x' });
    assert.match(formatSurvey(await survey(root)), /^1 class of 1 clip:$/m);
    plant(root, { 'b/1.mp4': 'x', 'b/2.mp4': 'x' });
    assert.match(
      formatSurvey(await survey(root)),
      /^2 classes of 1 to 2 clips, half of them 2 or more; the smallest:$/m,
    );
  });

  it('is a command whose exit code tells, and which writes tables and a page', async () => {
    const root = file('command');
    plant(root, { 'a/1.mp4': 'x', 'b/2.mp4': 'x' });
    const words = [
      'data',
      'check',
      '--data',
      root,
      '--no-probe',
      '--out',
      file('out'),
      '--figure',
      file('page.html'),
    ];
    assert.equal(await quietly(words), 0);
    assert.equal(
      readFileSync(file('out/classes.csv'), 'utf8'),
      'class,listed,present,all\na,1,1,1\nb,1,1,1\n',
    );
    assert.match(
      readFileSync(file('page.html'), 'utf8'),
      /<div id="figure">[^]*xkdDrawFigure\(plot, figure\)/,
    );
    plant(root, { 'index.csv': 'path,label\na/1.mp4,"a, b"\nb/2.mp4,b\ngone.mp4,b\n' });
    assert.equal(await quietly(words), 3);
    assert.equal(readFileSync(file('out/missing.csv'), 'utf8'), 'clip,label,split\ngone.mp4,b,\n');
    assert.equal(await quietly(['data', 'check', '--data', file('nowhere')]), 1);
    assert.equal(await quietly(['data', 'check', '--data', root, '--columns', 'file']), 1);
  });

  const plantFolder = (root: string): string => {
    plant(root, ['a/readme.txt']);
    return join(root, 'a');
  };
});

describe('classBalanceFigure', () => {
  const classes = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      name: `c${i}`,
      listed: 5,
      present: i === 0 ? 3 : 5,
      parts: [i === 0 ? 1 : 3, 2],
    }));
  const parts = ['train', 'test'].map((name) => ({ name, listed: 5, present: 5, published: null }));

  it('stacks splits and what is missing', () => {
    const { data, layout } = classBalanceFigure({ classes: classes(3), parts });
    assert.deepEqual(
      data.map((trace) => [trace.name, 'y' in trace && trace.y]),
      [
        ['train', [1, 3, 3]],
        ['test', [2, 2, 2]],
        ['missing', [2, 0, 0]],
      ],
    );
    assert.equal(layout.barmode, 'stack');
    assert.equal(layout.xaxis!.rangeslider, undefined);
  });

  it('shows a part of many classes, with a strip to move it, and of several folds the first', () => {
    const folds = ['1 train', '2 train'].map((name) => ({ name, listed: 5, present: 5, published: null }));
    const { data, layout } = classBalanceFigure({ classes: classes(400), parts: folds });
    assert.deepEqual(layout.xaxis!.range, [-0.5, 39.5]);
    assert.ok(layout.xaxis!.rangeslider!.visible);
    assert.deepEqual(
      data.map(({ name }) => name),
      ['1 train', 'missing'],
    );
    assert.ok(JSON.stringify({ data, layout }).length < 100_000);
  });
});

/** Runs a command without its output on the terminal. */
async function quietly(words: readonly string[]): Promise<number> {
  const [out, error] = [process.stdout.write, process.stderr.write];
  process.stdout.write = process.stderr.write = () => true;
  try {
    return await main(words);
  } finally {
    [process.stdout.write, process.stderr.write] = [out, error];
    process.exitCode = 0;
  }
}
