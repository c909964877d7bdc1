import { normalisePatches, patchStatistics, reconstructionLoss, tf } from 'xkd/internal';
import { near } from '../support/near';

describe('reconstruction loss', () => {
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  /** One clip, two removed patches of three values. */
  const patches = () => tf.tensor3d([[[1, 2, 6], [4, 4, 4]]]); // prettier-ignore

  it('normalises each patch by its mean and its unbiased variance', () => {
    // Mean 3, squared differences 4 + 1 + 9 = 14, divided by 2 values less one: variance 7.
    const { mean, deviation } = patchStatistics(patches());
    near(mean, [[[3], [4]]]);
    near(deviation, [[[Math.sqrt(7)], [1e-3]]]); // a flat patch: the root of the added 1e-6
    const [a, b, c] = [-2, -1, 3].map((difference) => difference / Math.sqrt(7));
    near(normalisePatches(patches()), [[[a, b, c], [0, 0, 0]]]); // prettier-ignore
  });

  it('is the squared error, averaged over the values and over the removed patches', () => {
    // Only zeros predicted: (4 + 1 + 9) / 7 = 2 from the first patch, 0 from the second, over 6 values.
    near(reconstructionLoss(tf.zeros([1, 2, 3]), patches()), 1 / 3);
    // Each value in the flat patch is off by 1 more: 3 / 6 in addition.
    near(reconstructionLoss(tf.tensor3d([[[0, 0, 0], [1, 1, 1]]]), patches()), 1 / 3 + 1 / 2); // prettier-ignore
  });
});
