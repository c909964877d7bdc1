import { infoNce, tf } from 'xkd';
import { near } from '../support/near';

describe('InfoNCE', () => {
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  /** With this temperature, vectors of equal direction count 3 in the softmax, and orthogonal ones 1. */
  const tripling = 1 / Math.log(3);
  const rows = (...values: number[][]) => tf.tensor2d(values);

  it('of two pairs, each nearest to its own', () => {
    // Similarities are ln 3 on the diagonal, else 0: each softmax gives the matching vector 3 / (3 + 1).
    near(infoNce(rows([1, 0], [0, 1]), rows([1, 0], [0, 1]), tripling), Math.log(4 / 3));
  });

  it('of two pairs whose second vectors are the same, both ways', () => {
    // Similarities (ln 3, ln 3) and (0, 0). Rows: 1/2 and 1/2. Columns: 3/4 of the first, 1/4 of the second.
    // (ln 2 + ln 2 + ln 4/3 + ln 4) / 4 = ln(64 / 3) / 4
    near(infoNce(rows([1, 0], [0, 1]), rows([1, 0], [1, 0]), tripling), Math.log(64 / 3) / 4);
  });

  it('of three pairs, each nearest to that of another clip', () => {
    // In each row and column the matching vector counts 1, one other 3 and the third 1: 1 / 5.
    const [x, y] = [rows([1, 0, 0], [0, 1, 0], [0, 0, 1]), rows([0, 1, 0], [0, 0, 1], [1, 0, 0])];
    near(infoNce(x, y, tripling), Math.log(5));
  });

  it('does not depend on lengths, nor on which set comes first', () => {
    const [x, y] = [rows([0.2, 0], [0, 7]), rows([3, 0], [0.5, 0])];
    near(infoNce(x, y, tripling), Math.log(64 / 3) / 4);
    near(infoNce(y, x, tripling), Math.log(64 / 3) / 4);
  });

  it('is log B where nothing tells clips apart', () => {
    const same = rows([1, 2], [1, 2], [1, 2], [1, 2]);
    near(infoNce(same, same, 0.07), Math.log(4));
  });

  it('of a single clip is 0, without a gradient', () => {
    const single = (x: tf.Tensor) => infoNce(x as tf.Tensor2D, rows([0, 1]), 0.07);
    near(single(rows([1, 0.5])), 0);
    near(tf.grad(single)(rows([1, 0.5])), [[0, 0]]);
  });

  it('has the gradient that small steps measure', () => {
    const x = [
      [0.9, -0.4],
      [0.3, 0.8],
      [-0.7, 0.6],
    ];
    const y = rows([0.5, 0.2], [-0.1, 1.1], [-0.9, -0.3]);
    const loss = (values: tf.Tensor) => infoNce(values as tf.Tensor2D, y, 0.5);
    const step = 0.01;
    const moved = (i: number, j: number, by: number) => {
      const values = x.map((row) => [...row]);
      values[i][j] += by;
      return loss(tf.tensor2d(values)).dataSync()[0];
    };
    const measured = x.map((row, i) =>
      row.map((_, j) => (moved(i, j, step) - moved(i, j, -step)) / (2 * step)),
    );
    near(tf.grad(loss)(tf.tensor2d(x)), measured, 1e-3);
    // The same for the other set, since the loss is symmetric.
    near(tf.grad((values) => infoNce(y, values as tf.Tensor2D, 0.5))(tf.tensor2d(x)), measured, 1e-3);
  });
});
