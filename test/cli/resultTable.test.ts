import assert from 'node:assert/strict';
import type { ProtocolResult } from 'xkd';
import { formatResult } from 'xkd/dist/cli/commands/evaluate/resultTable';

const files = { json: 'out/a.json', csv: 'out/a.csv' };

describe('table of a result', () => {
  it('has a column for each fold and one for the mean', () => {
    const text = formatResult(result({ folds: [fold('1', { top1: 0.5 }), fold('2', { top1: 0.7 })] }), files);
    assert.match(text, /^ +1 +2 +mean$/m);
    assert.match(text, /^top1 +50\.0 % +70\.0 % +60\.0 %$/m);
    assert.match(text, /10 clips to learn from and 5 to test in the first of 2 folds/);
    assert.match(text, /^left out: \/a\.mp4 has no video stream$/m);
  });

  it('has the mean and its interval alone where folds are of subsets', () => {
    const intervals = { 'top1@1%': { low: 0.4, high: 0.6, values: 5 } };
    const metrics = { 'top1@1%': 0.5, 'top1@10%': 0.8 };
    const folds = [fold('1, 1%, draw 1', { 'top1@1%': 0.5 }), fold('1, 10%, draw 1', { 'top1@10%': 0.8 })];
    const text = formatResult(result({ folds, metrics, intervals }), files);
    assert.match(text, /^ +mean$/m);
    assert.match(text, /^top1@1% +50\.0 % +40\.0 % to 60\.0 % \(95 %, 5 draws\)$/m);
    assert.doesNotMatch(text, /draw 1/);
    const draws = [1, 2].map((draw) => fold(`holdout, 10%, draw ${draw}`, { 'top1@1%': 0.5 }));
    const narrow = formatResult(result({ folds: draws, metrics: { 'top1@1%': 0.5 }, intervals }), files);
    assert.match(narrow, /^ +mean$/m);
  });

  it('names twenty of the files that were left out, and counts them', () => {
    const skipped = Array.from({ length: 23 }, (_, i) => ({
      path: `/${i}.mp4`,
      reason: 'has no audio stream',
    }));
    const text = formatResult(result({ folds: [fold('1', { top1: 0.6 })], skipped }), files);
    assert.equal(text.match(/^left out: \/\d+\.mp4 has no audio stream$/gm)!.length, 20);
    assert.match(text, /^left out: 3 more, 23 in all; the JSON file names them$/m);
  });

  it('says what whoever reads it must know', () => {
    assert.match(
      formatResult(result({ folds: [fold('1', { top1: 0.6 })], notes: ['Mind.'] }), files),
      /^Mind\.$/m,
    );
  });
});

function fold(name: string, metrics: Record<string, number>): ProtocolResult['folds'][number] {
  return { name, trainClips: 10, testClips: 5, metrics };
}

function result(change: Partial<ProtocolResult>): ProtocolResult {
  return {
    format: 1,
    protocol: 'svm',
    dataset: { name: 'folder', root: '/set', classes: ['a', 'b'], multiLabel: false },
    modality: 'video',
    tower: 'student',
    network: { source: 'runs/a', hash: '0'.repeat(64), preset: 'nano', variant: 'MS', step: 1, seed: 0 },
    settings: {},
    seed: 0,
    folds: [],
    metrics: { top1: 0.6 },
    skipped: [{ path: '/a.mp4', reason: 'has no video stream' }],
    createdBy: [],
    ...change,
  };
}
