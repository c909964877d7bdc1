import assert from 'node:assert/strict';
import { runTrainingBench, summary } from '@local/bench/dist/training/run';
import { trainingTable } from '@local/bench/dist/training/table';
import { temporaryFolder } from '../media/fixtures';

describe('the benchmark of whole training', function () {
  this.timeout(240_000);
  const file = temporaryFolder();

  it('measures the whole and its parts', async () => {
    const { rows, tensorflow } = await runTrainingBench({
      presets: ['nano'],
      batches: [4],
      rounds: 1,
      data: null,
      threads: 1,
      folder: file('.'),
      onProgress: () => undefined,
    });
    assert.equal(rows.length, 1);
    const [row] = rows;
    assert.ok(row.whole > 0 && row.step > 0 && row.loader > 0, JSON.stringify(row));
    assert.equal(row.ofStep, row.whole / row.step);
    assert.ok(row.waiting >= 0 && row.waiting < 1);
    assert.match(tensorflow ?? '', /^2\./);
  });

  it('takes ratios within rounds, and their median', () => {
    const rounds = [
      { whole: 90, step: 100, loader: 400, waiting: 0.01 },
      { whole: 190, step: 200, loader: 500, waiting: 0.03 },
      { whole: 40, step: 50, loader: 300, waiting: 0.02 },
    ];
    const row = summary('nano', 48, rounds);
    assert.deepEqual([row.whole, row.step, row.loader, row.waiting], [90, 100, 400, 0.02]);
    assert.deepEqual([row.ofStep, row.ofStepLeast, row.ofStepMost], [0.9, 0.8, 0.95]);
    assert.deepEqual(trainingTable([row]), [
      'Whole training, its step alone and its loader alone, in clips/s:',
      'nano, batch 48: whole 90.0, step 100.0, loader 400.0; whole over step 0.90 (0.80 to 0.95); 2.0 % of the time spent waiting for clips',
      '',
    ]);
    assert.deepEqual(trainingTable([]), []);
  });
});
