import assert from 'node:assert/strict';
import { join } from 'node:path';
import {
  decisionValues,
  fitLinearSvms,
  readSafetensors,
  rowsInMemory,
  Stopped,
  tf,
  type FeatureMatrix,
} from 'xkd/internal';
import { minimise, type ConvexObjective } from 'xkd/dist/eval/newton';

// Decision values of scikit-learn's LinearSVC at its optimum.
const { tensors: golden } = readSafetensors(join(__dirname, '../../golden/svm.safetensors'));
const costs = [1, 0.001, 0.1, 0.01];

describe('fitLinearSvms', function () {
  this.timeout(60_000);

  it("reaches scikit-learn's decision values at every cost, and leaves no tensors behind", async () => {
    const tensors = tf.memory().numTensors;
    const models = await fitLinearSvms({ ...problem(), costs, tolerance: 1e-5 });
    assert.equal(tf.memory().numTensors, tensors);
    assert.deepEqual(
      models.map(({ cost }) => cost),
      costs,
    );
    for (const model of models) {
      const name = model.cost === 1 ? '1.0' : String(model.cost);
      const expected = golden.get(`svm.decision_test.${name}`)!.data;
      const { data } = decisionValues(model, matrix('svm.x_test'));
      const error = Math.max(...data.map((value, i) => Math.abs(value - expected[i])));
      assert.ok(error < 1e-3, `largest error ${error} at cost ${name}`);
      assert.ok(model.converged);
    }
  });

  it('finds the weights of a solver in float64, and the same where rows are not kept', async () => {
    const [near] = await fitLinearSvms({ ...problem(), costs: [0.1], tolerance: 1e-5 });
    const [far] = await fitLinearSvms({ ...problem(), costs: [0.1], tolerance: 1e-5, memoryBytes: 0 });
    assert.deepEqual(far.weights, near.weights);
    const { columns } = matrix('svm.x');
    for (const k of near.classes) {
      const { point } = minimise(squaredHinge(k, 0.1), { iterations: 1000, tolerance: 1e-10 });
      const own = [...near.weights.slice(k * columns, (k + 1) * columns), near.bias[k]];
      const error = Math.max(...own.map((value, j) => Math.abs(value - point[j])));
      assert.ok(error < 1e-3, `largest error ${error} of class ${k}`);
    }
  });

  it('separates two classes by the widest margin', async () => {
    // Two points at -1 and 1: by symmetry w = 4 C / (1 + 4 C) and b = 0.
    const rows = rowsInMemory({ data: Float32Array.of(-1, 1), rows: 2, columns: 1 });
    const labels = Int32Array.of(0, 1);
    const [{ weights, bias }] = await fitLinearSvms({
      rows,
      labels,
      classes: 2,
      costs: [1],
      tolerance: 1e-7,
    });
    for (const [k, sign] of [-1, 1].entries()) {
      assert.ok(Math.abs(weights[k] - sign * 0.8) < 1e-6, `weight ${weights[k]}`);
      assert.ok(Math.abs(bias[k]) < 1e-6, `bias ${bias[k]}`);
    }
  });

  it('says so when it stops before the optimum', async () => {
    const [model] = await fitLinearSvms({ ...problem(), costs: [1], iterations: 1 });
    assert.equal(model.converged, false);
  });

  it('stops on request', async () => {
    const stop = new AbortController();
    const fit = fitLinearSvms({ ...problem(), costs, signal: stop.signal, onProgress: () => stop.abort() });
    await assert.rejects(fit, Stopped);
  });
});

function problem() {
  return { rows: rowsInMemory(matrix('svm.x')), labels: labels(), classes: 5 };
}

/** Objective of one class, written out row by row in float64. The bias is the weight of a last feature of 1. */
function squaredHinge(k: number, cost: number): ConvexObjective {
  const { data, rows, columns } = matrix('svm.x');
  const all = Array.from({ length: rows }, (_, i) => ({
    x: [...data.subarray(i * columns, (i + 1) * columns), 1],
    y: labels()[i] === k ? 1 : -1,
  }));
  const dot = (x: readonly number[], w: Float64Array) => x.reduce((sum, value, j) => sum + value * w[j], 0);
  let inside: typeof all = [];
  return {
    size: columns + 1,
    evaluate(w, gradient) {
      gradient.set(w);
      inside = all.filter(({ x, y }) => y * dot(x, w) < 1);
      for (const { x, y } of inside) {
        const pull = 2 * cost * y * (1 - y * dot(x, w));
        x.forEach((value, j) => (gradient[j] -= pull * value));
      }
      return dot([...w], w) / 2 + cost * inside.reduce((sum, { x, y }) => sum + (1 - y * dot(x, w)) ** 2, 0);
    },
    hessianDiagonal(diagonal) {
      diagonal.fill(1);
      for (const { x } of inside) x.forEach((value, j) => (diagonal[j] += 2 * cost * value * value));
    },
    multiplyHessian(vector, product) {
      product.set(vector);
      for (const { x } of inside) {
        const factor = 2 * cost * dot(x, vector);
        x.forEach((value, j) => (product[j] += factor * value));
      }
    },
  };
}

function matrix(name: string): FeatureMatrix {
  const { data, shape } = golden.get(name)!;
  return { data: data as Float32Array, rows: shape[0], columns: shape[1] };
}

function labels(): Int32Array {
  return golden.get('svm.y')!.data as Int32Array;
}
