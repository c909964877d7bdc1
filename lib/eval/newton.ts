/** A convex function with a gradient everywhere and a (generalised) Hessian. */
export interface ConvexObjective {
  readonly size: number;
  /** Returns the value at a point and fills in the gradient. The Hessian is then taken at this point. */
  evaluate(point: Float64Array, gradient: Float64Array): number;
  /** Fills in the Hessian's diagonal; every value is above 0. */
  hessianDiagonal(diagonal: Float64Array): void;
  /** Writes the product of the Hessian and a vector to `product`. */
  multiplyHessian(vector: Float64Array, product: Float64Array): void;
}

export interface NewtonOptions {
  /** Maximum number of Newton steps. */
  readonly iterations: number;
  /** Stops when the gradient's norm has fallen to this share of its initial value. */
  readonly tolerance: number;
}

export interface Minimum {
  readonly point: Float64Array;
  readonly value: number;
  readonly gradientNorm: number;
  readonly iterations: number;
  readonly converged: boolean;
}

const sufficientDecrease = 1e-4;
const smallestStep = 2 ** -30;

/**
 * Minimises by Newton steps, starting at zero. Each direction is found by conjugate gradients, only as exactly as the
 * gradient's size deserves (Nocedal & Wright, Numerical Optimization, algorithm 7.1), and halved until the value falls.
 * Works in float64 and uses no random numbers.
 */
export function minimise(objective: ConvexObjective, { iterations, tolerance }: NewtonOptions): Minimum {
  let point: Float64Array = new Float64Array(objective.size);
  let gradient: Float64Array = new Float64Array(objective.size);
  let value = objective.evaluate(point, gradient);
  let norm = Math.sqrt(dot(gradient, gradient));
  const target = norm * tolerance;
  let iteration = 0;
  for (; iteration < iterations && norm > target; iteration++) {
    const direction = newtonDirection(objective, gradient, norm, target);
    const slope = dot(direction, gradient);
    let step = 1;
    let nextPoint = moved(point, direction, step);
    const nextGradient = new Float64Array(objective.size);
    let nextValue = objective.evaluate(nextPoint, nextGradient);
    while (!(nextValue <= value + sufficientDecrease * step * slope) && step > smallestStep) {
      step /= 2;
      nextPoint = moved(point, direction, step);
      nextValue = objective.evaluate(nextPoint, nextGradient);
    }
    const nextNorm = Math.sqrt(dot(nextGradient, nextGradient));
    // If rounding hides any further decrease of the value, a smaller gradient still counts as progress.
    if (step <= smallestStep && !(nextNorm < norm)) break;
    [point, gradient, value, norm] = [nextPoint, nextGradient, nextValue, nextNorm];
  }
  return { point, value, gradientNorm: norm, iterations: iteration, converged: norm <= target };
}

/**
 * Solves Hessian x direction = -gradient to a residual that shrinks with the gradient. The diagonal preconditioner
 * makes the result independent of the features' units.
 */
function newtonDirection(
  objective: ConvexObjective,
  gradient: Float64Array,
  norm: number,
  target: number,
): Float64Array {
  const size = gradient.length;
  const direction = new Float64Array(size);
  const residual = gradient.map((value) => -value);
  const product = new Float64Array(size);
  const diagonal = new Float64Array(size);
  objective.hessianDiagonal(diagonal);
  const scaled = residual.map((value, j) => value / diagonal[j]);
  const search = scaled.slice();
  const enough = Math.max(Math.min(0.1, Math.sqrt(norm)) * norm, 0.1 * target);
  let square = dot(residual, scaled);
  for (let i = 0; i < 2 * size && Math.sqrt(dot(residual, residual)) > enough; i++) {
    objective.multiplyHessian(search, product);
    const length = square / dot(search, product);
    add(direction, search, length);
    add(residual, product, -length);
    for (let j = 0; j < size; j++) scaled[j] = residual[j] / diagonal[j];
    const nextSquare = dot(residual, scaled);
    for (let j = 0; j < size; j++) search[j] = scaled[j] + (nextSquare / square) * search[j];
    square = nextSquare;
  }
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function add(into: Float64Array, vector: Float64Array, factor: number): void {
  for (let i = 0; i < into.length; i++) into[i] += factor * vector[i];
}

function moved(point: Float64Array, direction: Float64Array, step: number): Float64Array {
  const result = point.slice();
  add(result, direction, step);
  return result;
}
