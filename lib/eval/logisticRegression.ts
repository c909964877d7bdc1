import { addRow, addSquaredRow, rowDot, type FeatureMatrix } from './featureMatrix';
import { checkFit, distinctLabels, type LinearFitOptions, type LinearModel } from './linearModel';
import { minimise, type ConvexObjective } from './newton';

/** Keeps the curvature of the unregularised bias above 0 if a class is certain everywhere. */
const smallestCurvature = 1e-12;

/**
 * Multinomial logistic regression: minimises |W|^2 / 2 + cost x sum over rows of the cross-entropy of softmax(W x + b)
 * over W and b. The bias is not penalised, as in scikit-learn's `LogisticRegression`.
 *
 * @param features ideally standardised, so that one cost suits all of them
 * @param labels one per row; any integers
 */
export function fitLogisticRegression(
  features: FeatureMatrix,
  labels: Int32Array,
  options: LinearFitOptions,
): LinearModel {
  checkFit(features, labels, options);
  const { cost, iterations = 1000, tolerance = 1e-6 } = options;
  const classes = distinctLabels(labels);
  const targets = Int32Array.from(labels, (label) => classes.indexOf(label));
  const objective = crossEntropy(features, targets, classes.length, cost);
  const { point, converged } = minimise(objective, { iterations, tolerance });
  const weightCount = classes.length * features.columns;
  return { weights: point.slice(0, weightCount), bias: point.slice(weightCount), classes, converged };
}

/** The point holds the weights `[K, D]`, followed by the biases `[K]`. */
function crossEntropy(
  features: FeatureMatrix,
  targets: Int32Array,
  K: number,
  cost: number,
): ConvexObjective {
  const { rows, columns } = features;
  const weightCount = K * columns;
  const probabilities = new Float64Array(rows * K);
  const scores = new Float64Array(K);

  const score = (row: number, point: Float64Array) => {
    for (let k = 0; k < K; k++)
      scores[k] = rowDot(features, row, point, k * columns) + point[weightCount + k];
  };
  const pull = (row: number, factors: Float64Array, into: Float64Array) => {
    for (let k = 0; k < K; k++) {
      addRow(features, row, factors[k], into, k * columns);
      into[weightCount + k] += factors[k];
    }
  };

  return {
    size: weightCount + K,
    evaluate(point, gradient) {
      let loss = 0;
      gradient.fill(0);
      for (let row = 0; row < rows; row++) {
        score(row, point);
        loss += logSumExp(scores) - scores[targets[row]];
        softmaxInPlace(scores);
        probabilities.set(scores, row * K);
        scores[targets[row]] -= 1;
        pull(row, scores, gradient);
      }
      let penalty = 0;
      for (let i = 0; i < gradient.length; i++) {
        gradient[i] *= cost;
        if (i >= weightCount) continue;
        gradient[i] += point[i];
        penalty += point[i] * point[i];
      }
      return penalty / 2 + cost * loss;
    },
    hessianDiagonal(diagonal) {
      diagonal.fill(1, 0, weightCount).fill(smallestCurvature, weightCount);
      for (let row = 0; row < rows; row++) {
        for (let k = 0; k < K; k++) {
          const probability = probabilities[row * K + k];
          const factor = cost * probability * (1 - probability);
          addSquaredRow(features, row, factor, diagonal, k * columns);
          diagonal[weightCount + k] += factor;
        }
      }
    },
    multiplyHessian(vector, product) {
      product.fill(0);
      for (let row = 0; row < rows; row++) {
        score(row, vector);
        const own = probabilities.subarray(row * K, (row + 1) * K);
        let mean = 0;
        for (let k = 0; k < K; k++) mean += own[k] * scores[k];
        for (let k = 0; k < K; k++) scores[k] = own[k] * (scores[k] - mean);
        pull(row, scores, product);
      }
      for (let i = 0; i < product.length; i++)
        product[i] = cost * product[i] + (i < weightCount ? vector[i] : 0);
    },
  };
}

function logSumExp(values: Float64Array): number {
  const top = Math.max(...values);
  return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
}

function softmaxInPlace(values: Float64Array): void {
  const logSum = logSumExp(values);
  for (let k = 0; k < values.length; k++) values[k] = Math.exp(values[k] - logSum);
}
