import assert from 'node:assert/strict';
import { join } from 'node:path';
import {
  fitLogisticRegression,
  fitStandardisation,
  RandomStream,
  readSafetensors,
  standardiseColumns,
  svmFit,
  topKAccuracy,
  type FeatureMatrix,
  type LinearModel,
} from 'xkd/internal';

// Decision values and accuracies of scikit-learn's LinearSVC at its optimum.
const { tensors: golden, metadata } = readSafetensors(join(__dirname, '../../golden/svm.safetensors'));
const accuracies = JSON.parse(metadata.svm_test_accuracy) as Record<string, number>;

describe('svmFit', () => {
  for (const cost of ['0.001', '0.01', '0.1', '1.0'] as const) {
    it(`reaches scikit-learn's decision values at cost ${cost}`, async () => {
      const score = await svmFit(matrix('svm.x'), labels('svm.y'), Number(cost));
      const decisions = score(matrix('svm.x_test'));
      const expected = golden.get(`svm.decision_test.${cost}`)!.data;
      assert.equal(decisions.data.length, expected.length);
      const error = Math.max(...decisions.data.map((value, i) => Math.abs(value - expected[i])));
      assert.ok(error < 1e-3, `largest error ${error}`);
      const accuracy = topKAccuracy(decisions, labels('svm.y_test'), 1);
      assert.ok(Math.abs(accuracy - accuracies[cost]) < 1e-9);
    });
  }
});

describe('fitLogisticRegression', () => {
  for (const cost of [0.01, 1, 100]) {
    it(`ends where the gradient is zero (cost ${cost})`, () => {
      const { features, own } = blobs(200, 5, 3);
      const model = fitLogisticRegression(features, own, { cost, tolerance: 1e-9 });
      const atZero = norm(lossGradient(zeroModel(model), features, own, cost));
      const atOptimum = norm(lossGradient(model, features, own, cost));
      assert.ok(model.converged);
      assert.ok(atOptimum < 1e-8 * atZero, `${atOptimum} against ${atZero} at the start`);
    });
  }

  it('gives the same weights each time, and lets the bias meet the class frequencies', () => {
    const features = { data: new Float32Array(4), rows: 4, columns: 1 };
    const own = Int32Array.of(0, 1, 1, 1);
    const fit = () => fitLogisticRegression(features, own, { cost: 1, tolerance: 1e-12 });
    const { bias } = fit();
    assert.ok(Math.abs(bias[1] - bias[0] - Math.log(3)) < 1e-9);
    assert.deepEqual(fit(), fit());
  });

  it('stays finite on separable data', () => {
    const features = { data: Float32Array.of(-1e3, -1e3, 1e3, 1e3), rows: 4, columns: 1 };
    const model = fitLogisticRegression(features, Int32Array.of(0, 0, 1, 1), { cost: 1e3 });
    assert.ok([...model.weights, ...model.bias].every(Number.isFinite));
  });

  it('refuses what is no classification', () => {
    const features = { data: new Float32Array(2), rows: 2, columns: 1 };
    assert.throws(() => fitLogisticRegression(features, Int32Array.of(1, 1), { cost: 1 }), /two classes/);
    assert.throws(
      () => fitLogisticRegression(features, Int32Array.of(1), { cost: 1 }),
      /1 labels for 2 rows/,
    );
    assert.throws(() => fitLogisticRegression(features, Int32Array.of(0, 1), { cost: 0 }), /cost 0/);
  });
});

describe('standardiseColumns', () => {
  it('gives columns of mean 0 and deviation 1, and leaves constant ones finite', () => {
    const { features } = blobs(300, 4, 2);
    const shifted = {
      ...features,
      data: features.data.map((value, i) => (i % 4 === 3 ? 5.1 : 100 + 7 * value)),
    };
    const { data } = standardiseColumns(shifted, fitStandardisation(shifted));
    for (let column = 0; column < 4; column++) {
      const values = [...data.filter((_, i) => i % 4 === column)];
      const mean = values.reduce((sum, value) => sum + value, 0) / 300;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 300;
      assert.ok(Math.abs(mean) < 1e-5);
      assert.ok(Math.abs(variance - (column === 3 ? 0 : 1)) < 1e-5, `variance ${variance}`);
    }
  });

  it('uses the training rows alone', () => {
    const train = { data: Float32Array.of(0, 2), rows: 2, columns: 1 };
    const test = { data: Float32Array.of(5), rows: 1, columns: 1 };
    assert.deepEqual([...standardiseColumns(test, fitStandardisation(train)).data], [4]);
  });
});

function matrix(name: string): FeatureMatrix {
  const { data, shape } = golden.get(name)!;
  return { data: data as Float32Array, rows: shape[0], columns: shape[1] };
}

function labels(name: string): Int32Array {
  return golden.get(name)!.data as Int32Array;
}

/** Gaussian clusters around a random centre per class. */
function blobs(rows: number, columns: number, classes: number): { features: FeatureMatrix; own: Int32Array } {
  const random = RandomStream.fromSeed(`blobs ${rows}`);
  const centres = Array.from({ length: classes * columns }, () => random.normal(0, 0.4));
  const own = Int32Array.from({ length: rows }, () => random.integer(0, classes));
  const data = Float32Array.from(
    { length: rows * columns },
    (_, i) => centres[own[Math.floor(i / columns)] * columns + (i % columns)] + random.normal(),
  );
  return { features: { data, rows, columns }, own };
}

/** Gradient of |W|^2 / 2 + cost x cross-entropy, written out explicitly: weights, then biases. */
function lossGradient(
  model: LinearModel,
  { data, rows, columns }: FeatureMatrix,
  own: Int32Array,
  cost: number,
): number[] {
  const K = model.classes.length;
  const gradient = [...model.weights, ...new Array<number>(K).fill(0)];
  for (let row = 0; row < rows; row++) {
    const x = data.subarray(row * columns, (row + 1) * columns);
    const scores = [...model.bias].map((b, k) =>
      x.reduce((sum, value, j) => sum + value * model.weights[k * columns + j], b),
    );
    const exponentials = scores.map((score) => Math.exp(score - Math.max(...scores)));
    const total = exponentials.reduce((sum, value) => sum + value, 0);
    exponentials.forEach((value, k) => {
      const factor = cost * (value / total - (model.classes[k] === own[row] ? 1 : 0));
      x.forEach((feature, j) => (gradient[k * columns + j] += factor * feature));
      gradient[K * columns + k] += factor;
    });
  }
  return gradient;
}

function zeroModel(model: LinearModel): LinearModel {
  return { ...model, weights: model.weights.map(() => 0), bias: model.bias.map(() => 0) };
}

function norm(values: number[]): number {
  return Math.hypot(...values);
}
