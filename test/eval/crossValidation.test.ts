import assert from 'node:assert/strict';
import {
  chooseCost,
  evaluateClassifier,
  logisticFit,
  RandomStream,
  stratifiedFolds,
  svmFit,
  type FeatureMatrix,
  type Fit,
} from 'xkd/internal';

describe('cross-validation', () => {
  it('deals every class evenly to the folds, the same way each time', () => {
    const labels = Int32Array.from({ length: 90 }, (_, i) => (i < 60 ? 0 : 1));
    const fold = stratifiedFolds(labels, 3);
    for (let own = 0; own < 3; own++) {
      const counts = [0, 1].map(
        (label) => labels.filter((value, i) => value === label && fold[i] === own).length,
      );
      assert.deepEqual(counts, [20, 10]);
    }
    assert.deepEqual(stratifiedFolds(labels, 3), fold);
  });

  it('never shows a row to the classifier that is tested on it, and takes the best cost, the smaller of equals', async () => {
    const labels = Int32Array.from({ length: 12 }, (_, i) => i % 2);
    // The feature is the row's number, so that the classifier knows which rows it has seen.
    const features = { data: Float32Array.from(labels.keys()), rows: 12, columns: 1 };
    const fit: Fit = (seen, _, cost) => (tested) => {
      assert.equal(seen.rows + tested.rows, 12);
      assert.ok(tested.data.every((row) => !seen.data.includes(row)));
      return scoresOf(tested, (row) => (cost >= 0.1 ? labels[row] - 0.5 : 0));
    };
    const { cost, tried } = await chooseCost({ fit, features, labels, costs: [0.01, 0.1, 1], folds: 3 });
    assert.equal(cost, 0.1);
    assert.deepEqual(tried.map(({ accuracy }) => Math.round(accuracy * 1e6) / 1e6), [0.5, 1, 1]); // prettier-ignore
  });
});

describe('evaluateClassifier', () => {
  const random = RandomStream.fromSeed('evaluate');
  const centres = Array.from({ length: 6 * 8 }, () => random.normal());
  const clips = (rows: number, spread: number) => {
    const labels = Int32Array.from({ length: rows }, (_, i) => i % 6);
    const data = Float32Array.from(
      { length: rows * 8 },
      (_, i) => centres[labels[Math.floor(i / 8)] * 8 + (i % 8)] + random.normal(0, spread),
    );
    return { features: { data, rows, columns: 8 }, labels };
  };

  for (const [name, fit] of [
    ['logistic regression', logisticFit],
    ['linear SVM', svmFit],
  ] as const) {
    // prettier-ignore
    it(`${name}: tells clouds apart that don't overlap`, async () => {
      const { top1, top5, confusion } = await evaluateClassifier(fit, clips(120, 0.1), clips(60, 0.1));
      assert.equal(top1, 1);
      assert.equal(top5, 1);
      assert.deepEqual(confusion.map((row, k) => row[k]), new Array(6).fill(10)); // prettier-ignore
    });

    it(`${name}: is no better than chance on noise`, async () => {
      const { top1, top5, confusion } = await evaluateClassifier(fit, clips(120, 100), clips(300, 100));
      assert.ok(top1 > 0.07 && top1 < 0.3, `top-1 ${top1}`);
      assert.ok(top5 > top1 && top5 < 1);
      assert.equal(confusion.flat().reduce((sum, count) => sum + count, 0), 300); // prettier-ignore
    });
  }
});

/** Scores `[rows, 2]` with a score for class 1 and 0 for class 0. */
function scoresOf({ data, rows }: FeatureMatrix, score: (value: number) => number): FeatureMatrix {
  return { data: Float32Array.from([...data].flatMap((value) => [0, score(value)])), rows, columns: 2 };
}
