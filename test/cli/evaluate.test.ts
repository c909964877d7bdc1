import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { makeSampleSet, readResult } from 'xkd/internal';
import { main as runMain } from 'xkd/dist/cli/main';
import { assertRefused } from '../support/commandLine';

const main = resolve('lib/dist/cli/main.js');

describe('xkd evaluate', function () {
  this.timeout(300_000);
  let folder: string;
  let words: string[];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'xkd-evaluate-'));
    await makeSampleSet({ out: join(folder, 'set'), train: 24, test: 8 });
    words = ['--checkpoint', 'none', '--preset', 'nano', '--data', join(folder, 'set')];
    words.push('--features', join(folder, 'features'), '--out', join(folder, 'out'));
    words.push('encoder.depth=1', 'loader.workers=1');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('svm: stopped by Ctrl-C it keeps its features, and continues from them', async () => {
    const settings = ['trainClips=4', 'testClips=2', 'testCrops=2', '--modality', 'both'];
    const first = spawn(process.execPath, [
      main,
      'evaluate',
      'svm',
      ...words,
      ...settings,
      'loader.cacheMegabytes=0',
    ]);
    const ended = once(first, 'exit');
    let told = '';
    first.stderr.on('data', (text: Buffer) => (told += String(text)));
    const features = join(folder, 'features');
    // The folder is created before the first clips are decoded.
    while (!existsSync(features) || readdirSync(features).length === 0) await setTimeout(20);
    first.kill('SIGINT');
    assert.deepEqual(await ended, [130, null], told);
    assert.match(told, /xkd: stopped; the same command continues from what was computed so far/);
    const kept = chunks(features);
    assert.ok(kept.length > 0);
    const { status, stdout, stderr } = xkd('svm', ...words, ...settings, 'loader.cacheMegabytes=0');
    assert.equal(status, 0, stderr);
    assert.match(
      stdout,
      /svm on folder \(8 classes\), both of the student, seed 0; 96 clips to learn from and 32/,
    );
    const result = readResult(join(folder, 'out', 'svm-folder-both-student-seed0.json'));
    assert.equal(result.settings.trainClips, 4);
    assert.deepEqual(Object.keys(result.metrics), ['top1', 'top5']);
    const { tried, choice } = result.folds[0].details as { tried: unknown[]; choice: string };
    assert.deepEqual([tried.length, choice], [4, 'cross-validation']);
    assert.ok(result.createdBy.includes('svm'));
  });

  it('svm: without augmentation learns from clips as they are tested', () => {
    const settings = ['augmentation=none', 'trainClips=2', 'testClips=2', 'testCrops=1', 'costs=1'];
    const { status, stderr } = xkd('svm', ...words, ...settings, '--features', join(folder, 'plain'));
    assert.equal(status, 0, stderr);
    const { folds } = readResult(join(folder, 'out', 'svm-folder-video-student-seed0.json'));
    assert.deepEqual([folds[0].trainClips, folds[0].testClips], [48, 16]);
    const sets = readdirSync(join(folder, 'plain'));
    assert.equal(sets.length, 1, 'one choice of clips for both');
    assert.match(sets[0], /^video-student-spread-/);
  });

  it('few-labels: takes the features that the SVM left, and gives an interval', () => {
    const settings = [
      'trainClips=4',
      'testClips=2',
      'testCrops=2',
      '--modality',
      'both',
      'shares=0.4',
      'draws=3',
    ];
    const before = chunks(join(folder, 'features'));
    const { status, stderr, stdout } = xkd('few-labels', ...words, ...settings, 'loader.cacheMegabytes=0');
    assert.equal(status, 0, stderr);
    assert.deepEqual(chunks(join(folder, 'features')), before);
    assert.doesNotMatch(stderr, /clips to learn from/);
    assert.match(stdout, /top1@40% .*\(95 %, 3 draws\)/);
    const { folds, intervals } = readResult(join(folder, 'out', 'few-labels-folder-both-student-seed0.json'));
    assert.equal(folds.length, 3);
    assert.equal(intervals!['top1@40%'].values, 3);
    assert.equal(folds[0].trainClips, 8 * 4);
  });

  it('knn: says of which numbers of neighbours there is no figure', () => {
    const { status, stderr, stdout } = xkd(
      'knn',
      ...words,
      '--modality',
      'audio',
      'neighbours=3,500',
      '--seed',
      '2',
    );
    assert.equal(status, 0, stderr);
    const path = join(folder, 'out', 'knn-folder-audio-student-seed2.json');
    const { metrics, settings, notes } = readResult(path);
    assert.deepEqual(Object.keys(metrics), ['top1', 'top5', 'top1@k3', 'top5@k3']);
    assert.deepEqual(settings.neighbours, [3]);
    const sentence =
      /^There is no figure for 500 neighbours, .* only 24 files to learn from; .* are for 3\.$/m;
    assert.match(notes![0], sentence);
    assert.match(stdout, sentence);
    const all = xkd('knn', ...words, '--modality', 'audio', 'neighbours=500', '--seed', '2');
    assert.equal(all.status, 0, all.stderr);
    assert.deepEqual(Object.keys(readResult(path).metrics), ['top1', 'top5', 'top1@k24', 'top5@k24']);
  });

  it('retrieval: recalls files and classes in both directions', () => {
    const { status, stderr, stdout } = xkd('retrieval', ...words, 'recall=1,8', '--json');
    assert.equal(status, 0, stderr);
    const { metrics } = JSON.parse(stdout);
    assert.deepEqual(Object.keys(metrics).slice(0, 4), [
      'recall1',
      'recall8',
      'audioToVideo.file.recall1',
      'audioToVideo.class.recall1',
    ]);
    assert.equal(metrics['videoToAudio.file.recall8'], 1, 'all eight');
    assert.ok(metrics['audioToVideo.class.recall1'] >= metrics['audioToVideo.file.recall1']);
  });

  it('is heard when it is stopped before anything was begun', () => {
    const preload = join(folder, 'interrupt.cjs');
    // Interrupts as soon as the process listens for the signal, which is before it loads TensorFlow.
    const text =
      "process.on('newListener', (name) => name === 'SIGINT' && setImmediate(() => process.kill(process.pid, name)));";
    writeFileSync(preload, text);
    for (const command of [
      ['evaluate', 'knn', ...words],
      ['extract', '--data', join(folder, 'set'), '--out', join(folder, 'none')],
    ]) {
      const { status, stderr } = spawnSync(process.execPath, ['-r', preload, main, ...command], {
        encoding: 'utf8',
      });
      assert.equal(status, 130, stderr);
      assert.match(stderr, /^xkd: [sS]topped/m);
    }
  });

  it('writes nothing into the folder of a model hub, and says where the result goes', async () => {
    const [run, hub, stand] = ['run', 'hub', 'stand'].map((name) => join(folder, name));
    const data = ['--data', join(folder, 'set')];
    const tiny = ['encoder.depth=1', 'loader.workers=1', 'training.batch=8', 'training.steps=1'];
    assert.equal(await runMain(['pretrain', '--preset', 'nano', ...data, '--out', run, ...tiny]), 0);
    assert.equal(await runMain(['convert', run, hub, '--to', 'hub']), 0);
    mkdirSync(stand);
    const published = readdirSync(hub);
    const words = ['evaluate', 'knn', '--checkpoint', hub, ...data, 'loader.workers=1'];
    const { status, stderr } = spawnSync(process.execPath, [main, ...words], {
      encoding: 'utf8',
      cwd: stand,
    });
    assert.equal(status, 0, stderr);
    assert.match(stderr, /^xkd: the result is in runs\/evaluation, .*; --out chooses another$/m);
    assert.deepEqual(readdirSync(hub), published);
    assert.deepEqual(readdirSync(join(stand, 'runs')).sort(), ['evaluation', 'features']);
    readResult(join(stand, 'runs/evaluation/knn-folder-video-student-seed0.json'));
  });

  it('refuses a place for results before it computes any', () => {
    const path = join(folder, 'set', 'index.csv');
    for (const option of ['--out', '--features']) {
      const { status, stderr } = xkd('knn', ...words, option, join(path, 'below'));
      assert.equal(status, 1);
      assert.match(stderr, /index\.csv" is a file where a folder is needed/);
      assert.doesNotMatch(stderr, /clips/);
    }
  });

  const mistakes: [string, string[], RegExp][] = [
    ['a setting out of range', ['knn', 'temperature=0'], /temperature must be more than 0; 0 is not\./],
    [
      'an unknown word',
      ['knn', 'neighbors=3'],
      /There is no setting "neighbors" here; did you mean "neighbours"\?/,
    ],
    ['a split of its own and a holdout', ['knn', '--holdout', '0.2'], /says itself what to test on/],
  ];
  for (const [what, extra, message] of mistakes) {
    it(`refuses ${what} in one sentence`, () =>
      assertRefused(['evaluate', extra[0], ...words, ...extra.slice(1)], message));
  }
});

function chunks(features: string): string[] {
  return readdirSync(features, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.safetensors'))
    .sort();
}

function xkd(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [main, 'evaluate', ...words], { encoding: 'utf8' });
}
