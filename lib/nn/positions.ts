import { tf } from '../tensor/native';

/**
 * Resamples learned positions from the full token grid to the grid of a local view (docs/method.md, section 1). The class
 * token's position is kept. Uses half-pixel centres. As in the release, each axis is resampled with the factor
 * (n + 0.1) / full, both for its size and for its step.
 *
 * @param positions `[1, 1 + full tokens, D]`
 * @param full grid of the global view, such as `[8, 7, 7]` (video) or `[20, 28]` (audio)
 * @param local grid of the local view; an axis of equal size is copied
 * @param kernel `linear` (trilinear, video) or `cubic` (bicubic, audio)
 * @returns `[1, 1 + local tokens, D]`
 */
export function resamplePositions(
  positions: tf.Tensor,
  full: readonly number[],
  local: readonly number[],
  kernel: 'linear' | 'cubic',
): tf.Tensor {
  if (full.every((count, axis) => count === local[axis])) return positions;
  const width = positions.shape[2]!;
  const [classPosition, patchPositions] = tf.split(positions, [1, positions.shape[1]! - 1], 1);
  const matrix = full
    .map((count, axis) => axisMatrix(count, local[axis], kernel))
    .reduce((product, next) => kronecker(product, next));
  const mixing = tf.tensor2d(matrix.flat(), [matrix.length, matrix[0].length]); // [local tokens, full tokens]
  const resampled = tf.matMul(mixing, tf.reshape(patchPositions, [-1, width])); // [local tokens, D]
  return tf.concat([classPosition, tf.expandDims(resampled, 0)], 1);
}

type Matrix = number[][];

/** Row i holds the weights of the full axis for position i of the local axis. */
function axisMatrix(full: number, local: number, kernel: 'linear' | 'cubic'): Matrix {
  // An axis of equal size is copied: the release leaves the mel axis of audio unchanged (factor 1), and PyTorch's trilinear
  // CPU kernel, which was used for the recording, copies such an axis whatever the factor.
  if (full === local) return identity(full);
  const step = full / (local + 0.1);
  return Array.from({ length: local }, (_, i) => {
    const row = new Array<number>(full).fill(0);
    const centre = (i + 0.5) * step - 0.5;
    const place = kernel === 'linear' ? Math.max(0, centre) : centre;
    const first = Math.floor(place);
    const taps = kernel === 'linear' ? linearTaps(place - first) : cubicTaps(place - first);
    for (const [offset, weight] of taps) row[Math.min(full - 1, Math.max(0, first + offset))] += weight;
    return row;
  });
}

type Tap = [offset: number, weight: number];

function linearTaps(t: number): Tap[] {
  return [
    [0, 1 - t],
    [1, t],
  ];
}

/** Cubic convolution with a = -0.75. */
function cubicTaps(t: number): Tap[] {
  const a = -0.75;
  const near = (x: number) => ((a + 2) * x - (a + 3)) * x * x + 1;
  const far = (x: number) => ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return [
    [-1, far(t + 1)],
    [0, near(t)],
    [1, near(1 - t)],
    [2, far(2 - t)],
  ];
}

function identity(n: number): Matrix {
  return Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));
}

/** Kronecker product: combines resampling along one axis and then along the next in one matrix. */
function kronecker(a: Matrix, b: Matrix): Matrix {
  return a.flatMap((rowA) => b.map((rowB) => rowA.flatMap((x) => rowB.map((y) => x * y))));
}
