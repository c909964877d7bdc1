import assert from 'node:assert/strict';
import { drawFeatures } from '@local/bench/dist/svm/features';
import { runSvmBench, type SvmRow } from '@local/bench/dist/svm/run';
import { svmTable } from '@local/bench/dist/svm/table';
import { temporaryFolder } from '../media/fixtures';

describe('the SVM benchmark', function () {
  this.timeout(120_000);
  const file = temporaryFolder();

  it('fits what it draws', async () => {
    const [row] = await runSvmBench({
      rows: [600],
      folder: file('.'),
      sklearn: null,
      onProgress: () => undefined,
    });
    assert.deepEqual([row.rows, row.columns, row.classes, row.sklearn], [600, 768, 20, null]);
    assert.ok(row.seconds > 0 && row.passes > 0 && row.accuracy > 0.5, JSON.stringify(row));
  });

  it('draws the same features each time, others for the test', () => {
    const [a, b] = [drawFeatures(6, 3), drawFeatures(6, 3)];
    assert.deepEqual(a(50), b(50));
    assert.notDeepEqual(a(50), a(50));
  });

  it('sets times and objectives side by side', () => {
    const row: SvmRow = {
      rows: 20000,
      columns: 768,
      classes: 10,
      cost: 0.1,
      seconds: 2,
      passes: 30,
      accuracy: 0.5,
      sklearn: {
        version: '1.2',
        seconds: 8,
        problems: 4,
        ours: [1, 2.02],
        theirs: [1, 2],
        converged: false,
        accuracy: null,
      },
    };
    const text = svmTable([row]).join('\n');
    assert.match(text, /ours 2\.0 s \(30 passes\), 200 ms a class, top-1 50\.0 %/);
    assert.match(text, /scikit-learn 8\.0 s for 4 classes, 2000 ms a class, not converged; ratio 0\.100; /);
    assert.match(text, /our objective above theirs by 6\.7e-3 of it/);
    assert.deepEqual(svmTable([]), []);
  });
});
