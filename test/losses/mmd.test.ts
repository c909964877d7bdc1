import { mmd, mmdGammas, tf } from 'xkd';
import { near } from '../support/near';

describe('maximum mean discrepancy', () => {
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  /** With this gamma the kernel is 2 to the power of minus the squared distance. */
  const halving = [Math.log(2)];
  const column = (...values: number[]) => tf.tensor2d(values, [values.length, 1]);

  it('of sets of two points and one, with one kernel', () => {
    // k(x, x): 1 with itself, 1/2 at distance 1: mean (2 x 1 + 2 x 1/2) / 4 = 3/4.
    // k(y, y): 1.
    // k(x, y): distances 2 and 1, so 1/16 and 1/2: mean 9/32.
    // 3/4 + 1 - 2 x 9/32 = 19/16
    near(mmd(column(0, 1), column(2), halving), 19 / 16);
  });

  it('does not depend on the order of the sets, nor of the points', () => {
    near(mmd(column(2), column(1, 0), halving), 19 / 16);
  });

  it('takes the squared distance over all dimensions', () => {
    // (0, 0) and (1, 1): 1 + 1 = 2 apart, so 2 - 2 x 1/4.
    near(mmd(tf.tensor2d([[0, 0]]), tf.tensor2d([[1, 1]]), halving), 3 / 2);
  });

  it('sums the kernels of all seven gammas', () => {
    // At distance 1 the kernels are e^-gamma: .999000 + .990050 + .904837 + .367879 + .000045 + 0 + 0 = 3.261812.
    near(mmdGammas.reduce((sum, gamma) => sum + Math.exp(-gamma), 0), 3.261812); // prettier-ignore
    near(mmd(column(0), column(1)), 7 + 7 - 2 * 3.261812, 5e-6);
  });

  it('is 14 at most: two points that no kernel brings together', () => {
    near(mmd(column(0), column(1e6)), 14);
  });

  it('is 0 for equal sets', () => {
    near(mmd(column(1, 2, 3), column(3, 1, 2)), 0);
  });

  it('has a gradient that draws the sets together', () => {
    // f(x) = 2 - 2 x 2^-(x - 1)^2, so f'(x) = 4 ln 2 (x - 1) 2^-(x - 1)^2; at 0: -2 ln 2.
    const gradient = tf.grad((x) => mmd(x as tf.Tensor2D, column(1), halving))(column(0));
    near(gradient, [[-2 * Math.log(2)]]);
  });
});
