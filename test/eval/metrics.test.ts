import assert from 'node:assert/strict';
import {
  chanceLevel,
  concatenateColumns,
  confusionMatrix,
  normaliseRows,
  predictions,
  selectRows,
  topKAccuracy,
  type FeatureMatrix,
} from 'xkd/internal';

const scores = matrix([
  [0.1, 0.7, 0.2],
  [0.5, 0.3, 0.2],
  [0.2, 0.3, 0.5],
  [0.6, 0.3, 0.1],
]);
const targets = Int32Array.of(1, 1, 2, 2);

describe('metrics', () => {
  it('counts a hit where the own class is among the k best', () => {
    assert.equal(topKAccuracy(scores, targets, 1), 0.5);
    assert.equal(topKAccuracy(scores, targets, 2), 0.75);
    assert.equal(topKAccuracy(scores, targets, 5), 1);
  });

  it('gives no credit for scores that are all equal', () => {
    const equal = matrix(new Array(3).fill([1, 1, 1]));
    assert.equal(topKAccuracy(equal, Int32Array.of(0, 1, 2), 1), 1 / 3);
    assert.equal(topKAccuracy(equal, Int32Array.of(0, 1, 2), 2), 2 / 3);
  });

  it('counts confusions by own and predicted class', () => {
    assert.deepEqual([...predictions(scores)], [1, 0, 2, 0]);
    assert.deepEqual(confusionMatrix(scores, targets), [[0, 0, 0], [1, 1, 0], [1, 0, 1]]); // prettier-ignore
  });

  it('takes the most frequent class as chance', () => {
    assert.equal(chanceLevel(Int32Array.of(0, 0, 0, 1, 2)), 0.6);
  });
});

describe('feature matrices', () => {
  it('selects, normalises and joins', () => {
    const chosen = selectRows(matrix([[1, 2], [3, 4], [0, 0]]), [1, 2]); // prettier-ignore
    assert.deepEqual(chosen, matrix([[3, 4], [0, 0]])); // prettier-ignore
    const unit = normaliseRows(chosen);
    assert.deepEqual(unit, matrix([[0.6, 0.8], [0, 0]])); // prettier-ignore
    assert.deepEqual(concatenateColumns(unit, matrix([[7], [8]])), matrix([[0.6, 0.8, 7], [0, 0, 8]])); // prettier-ignore
    assert.throws(() => concatenateColumns(unit, scores), /2 rows beside 4/);
  });
});

function matrix(rows: number[][]): FeatureMatrix {
  return { data: Float32Array.from(rows.flat()), rows: rows.length, columns: rows[0].length };
}
