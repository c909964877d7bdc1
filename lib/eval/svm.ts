import { addRow, addSquaredRow, rowDot, type FeatureMatrix } from './featureMatrix';
import { checkFit, distinctLabels, type LinearFitOptions, type LinearModel } from './linearModel';
import { minimise, type ConvexObjective } from './newton';

/**
 * One-vs-rest linear support vector machines with squared hinge loss: the problem that scikit-learn's `LinearSVC`
 * passes to liblinear by default. The bias is the weight of an additional feature that is always 1, so it is
 * regularised like the others.
 *
 * For each class, with y = 1 for its rows and -1 for others, minimises |w|^2 / 2 + cost x sum of max(0, 1 - y w.x)^2
 * over w (Fan et al., LIBLINEAR, JMLR 2008, section 2).
 *
 * @param labels one per row; any integers
 */
export function fitLinearSvc(
  features: FeatureMatrix,
  labels: Int32Array,
  options: LinearFitOptions,
): LinearModel {
  checkFit(features, labels, options);
  const { cost, iterations = 1000, tolerance = 1e-5 } = options;
  const classes = distinctLabels(labels);
  const weights = new Float64Array(classes.length * features.columns);
  const bias = new Float64Array(classes.length);
  let converged = true;
  classes.forEach((label, k) => {
    const signs = Float64Array.from(labels, (own) => (own === label ? 1 : -1));
    const minimum = minimise(squaredHinge(features, signs, cost), { iterations, tolerance });
    weights.set(minimum.point.subarray(0, features.columns), k * features.columns);
    bias[k] = minimum.point[features.columns];
    converged &&= minimum.converged;
  });
  return { weights, bias, classes, converged };
}

/** The point holds the weights, followed by the bias. */
function squaredHinge(features: FeatureMatrix, signs: Float64Array, cost: number): ConvexObjective {
  const { rows, columns } = features;
  const size = columns + 1;
  const active = new Int32Array(rows);
  let activeCount = 0;
  return {
    size,
    evaluate(point, gradient) {
      activeCount = 0;
      let loss = 0;
      gradient.set(point);
      for (let row = 0; row < rows; row++) {
        const slack = 1 - signs[row] * (rowDot(features, row, point) + point[columns]);
        if (slack <= 0) continue;
        active[activeCount++] = row;
        loss += slack * slack;
        const pull = -2 * cost * signs[row] * slack;
        addRow(features, row, pull, gradient);
        gradient[columns] += pull;
      }
      return squareSum(point) / 2 + cost * loss;
    },
    hessianDiagonal(diagonal) {
      diagonal.fill(1);
      for (let i = 0; i < activeCount; i++) addSquaredRow(features, active[i], 2 * cost, diagonal);
      diagonal[columns] += 2 * cost * activeCount;
    },
    multiplyHessian(vector, product) {
      product.set(vector);
      for (let i = 0; i < activeCount; i++) {
        const factor = 2 * cost * (rowDot(features, active[i], vector) + vector[columns]);
        addRow(features, active[i], factor, product);
        product[columns] += factor;
      }
    },
  };
}

function squareSum(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}
