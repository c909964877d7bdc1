import assert from 'node:assert/strict';
import { join } from 'node:path';
import {
  decisionValues,
  fitLinearSvc,
  fitLinearSvms,
  readSafetensors,
  rowsInMemory,
  Stopped,
  tf,
  type FeatureMatrix,
} from 'xkd/internal';

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

  it('finds the weights of the solver in float64, and the same where rows are not kept', async () => {
    const [near] = await fitLinearSvms({ ...problem(), costs: [0.1], tolerance: 1e-5 });
    const [far] = await fitLinearSvms({ ...problem(), costs: [0.1], tolerance: 1e-5, memoryBytes: 0 });
    assert.deepEqual(far.weights, near.weights);
    const exact = fitLinearSvc(matrix('svm.x'), labels(), { cost: 0.1, tolerance: 1e-10 });
    const error = Math.max(...near.weights.map((value, i) => Math.abs(value - exact.weights[i])));
    assert.ok(error < 1e-3, `largest error ${error}`);
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

function matrix(name: string): FeatureMatrix {
  const { data, shape } = golden.get(name)!;
  return { data: data as Float32Array, rows: shape[0], columns: shape[1] };
}

function labels(): Int32Array {
  return golden.get('svm.y')!.data as Int32Array;
}
