import { bisect, mean, sampleStandardDeviation } from 'simple-statistics';

/** A mean and the bounds of its confidence interval. */
export interface MeanInterval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Mean of independent values, with its confidence interval from Student's t-distribution.
 *
 * @param values at least two
 * @param confidence probability that such an interval contains the true mean
 */
export function meanInterval(values: readonly number[], confidence = 0.95): MeanInterval {
  if (values.length < 2)
    throw new RangeError(`an interval needs two values or more, there are ${values.length}`);
  const middle = mean([...values]);
  const error = sampleStandardDeviation([...values]) / Math.sqrt(values.length);
  const half = studentQuantile(confidence, values.length - 1) * error;
  return { mean: middle, low: middle - half, high: middle + half };
}

/** The same for shares: the interval is clipped to 0 and 1. */
export function meanShareInterval(values: readonly number[], confidence = 0.95): MeanInterval {
  const { mean, low, high } = meanInterval(values, confidence);
  return { mean, low: Math.max(0, low), high: Math.min(1, high) };
}

/** The t for which a variable with Student's t-distribution lies between -t and t with this probability. */
export function studentQuantile(probability: number, degreesOfFreedom: number): number {
  // As an angle, the root lies in a bounded range even for one degree of freedom, with its heavy tails.
  const excess = (angle: number) => probabilityWithin(angle, degreesOfFreedom) - probability;
  return Math.sqrt(degreesOfFreedom) * Math.tan(bisect(excess, 0, Math.PI / 2, 200, 1e-14));
}

/** Probability that a variable with Student's t-distribution lies between -t and t. */
export function studentWithin(t: number, degreesOfFreedom: number): number {
  return probabilityWithin(Math.atan(Math.abs(t) / Math.sqrt(degreesOfFreedom)), degreesOfFreedom);
}

/**
 * P(|T| < t) for t = sqrt(degrees of freedom) * tan(angle), by the finite sums of Abramowitz and Stegun, 26.7.3 and
 * 26.7.4. They are exact for integer degrees of freedom.
 */
function probabilityWithin(angle: number, degreesOfFreedom: number): number {
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const isOdd = degreesOfFreedom % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = degreesOfFreedom === 1 ? 0 : term;
  for (let power = isOdd ? 3 : 2; power <= degreesOfFreedom - 2; power += 2) {
    term *= ((power - 1) / power) * cosine ** 2;
    sum += term;
  }
  return isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
}
