import assert from 'node:assert/strict';
import { averagePrecision, meanAveragePrecision } from 'xkd/internal';

const close = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);

describe('average precision', () => {
  // The values are those of scikit-learn 1.9.1 (`average_precision_score`).
  it('is the figure of scikit-learn', () => {
    close(averagePrecision([0.1, 0.4, 0.35, 0.8], [false, false, true, true]), 5 / 6);
    close(averagePrecision([0.9, 0.8, 0.7, 0.6, 0.5], [false, true, false, true, true]), 8 / 15);
  });

  it('counts equal scores at once', () => {
    close(averagePrecision([0.5, 0.5, 0.5, 0.1], [true, false, true, false]), 2 / 3);
    close(averagePrecision([0.5, 0.5, 0.5, 0.1], [false, true, true, false]), 2 / 3);
    close(averagePrecision([1, 1, 1, 1], [true, false, false, false]), 1 / 4);
  });

  it('is taken over the classes that have a row', () => {
    const data = Float32Array.of(0.9, 0.1, 0.3, 0.2, 0.8, 0.3, 0.6, 0.7, 0.3);
    const labels = [[0], [1], [0]];
    close(
      meanAveragePrecision({ data, rows: 3, columns: 3 }, (row, k) => labels[row].includes(k)),
      1,
    );
    close(
      meanAveragePrecision({ data, rows: 3, columns: 3 }, (row, k) => k === 0 && row === 1),
      1 / 3,
    );
    assert.ok(Number.isNaN(averagePrecision([1, 2], [false, false])));
  });
});
