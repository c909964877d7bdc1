import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError, meanMetrics, readResult, writeResult, type ProtocolResult } from 'xkd/internal';

describe('result of a protocol', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'xkd-results-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is read back as it was written', () => {
    const { json } = writeResult(join(folder, 'of', 'run'), result);
    assert.equal(json, join(folder, 'of', 'run', 'svm-my_set-video-student-seed3.json'));
    assert.deepEqual(readResult(json), result);
  });

  it('has a row for each fold and one for the mean beside it', () => {
    const { csv } = writeResult(folder, result);
    assert.equal(
      readFileSync(csv, 'utf8'),
      'fold,trainClips,testClips,top1,map\n1,10,5,0.5,\n"2, again",11,4,0.75,0.2\nmean,,,0.625,0.2\n',
    );
    assert.deepEqual(readdirSync(folder).length, 2);
  });

  it('has rows for the ends of intervals', () => {
    const intervals = { map: { low: 0.1, high: 0.3, values: 5 } };
    const { csv } = writeResult(folder, { ...result, intervals });
    assert.match(readFileSync(csv, 'utf8'), /\nmean,,,0\.625,0\.2\n95 % low,,,,0\.1\n95 % high,,,,0\.3\n$/);
  });

  it('averages each metric over the folds that have it', () => {
    assert.deepEqual(meanMetrics(result.folds), { top1: 0.625, map: 0.2 });
  });

  const wrong: [string, string, RegExp][] = [
    ['no JSON', '{"format": 1', /"[^"]+other\.json" is not a result of "xkd evaluate" \(.*\); name one/],
    [
      'another file',
      '{"format": 2}',
      /is not a result of "xkd evaluate" \(format must be 1, not 2\); name one/,
    ],
    [
      'a value of another kind',
      JSON.stringify({ ...result0(), metrics: { top1: 'high' } }),
      /\(metrics\.top1 must be a number; "high" is not one\)/,
    ],
  ];
  for (const [what, text, message] of wrong) {
    it(`refuses ${what} in one sentence`, () => {
      const path = join(folder, 'other.json');
      writeFileSync(path, text);
      assert.throws(
        () => readResult(path),
        (error) => error instanceof UserError && message.test(error.message),
      );
    });
  }

  it('says which file is missing', () => {
    assert.throws(() => readResult(join(folder, 'none.json')), /none\.json/);
  });
});

const result: ProtocolResult = result0();

function result0(): ProtocolResult {
  return {
    format: 1,
    protocol: 'svm',
    dataset: { name: 'my set', root: '/data', classes: ['a', 'b'], multiLabel: false },
    modality: 'video',
    tower: 'student',
    network: { source: 'none', hash: 'ab'.repeat(32), preset: 'nano', variant: 'MS', step: null, seed: 0 },
    settings: { costs: [0.1, 1] },
    seed: 3,
    folds: [
      { name: '1', trainClips: 10, testClips: 5, metrics: { top1: 0.5 } },
      { name: '2, again', trainClips: 11, testClips: 4, metrics: { top1: 0.75, map: 0.2 } },
    ],
    metrics: { top1: 0.625, map: 0.2 },
    skipped: [{ path: '/data/a.mp4', reason: 'has no video stream' }],
    createdBy: ['xkd', 'evaluate', 'svm'],
  };
}
