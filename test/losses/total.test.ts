import assert from 'node:assert/strict';
import { lossShares, tf, totalLoss } from 'xkd';
import { near } from '../support/near';

describe('total loss', () => {
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  const terms = () => ({
    alignment: tf.scalar(0.7),
    distillation: tf.scalar(7),
    reconstruction: tf.scalar(1.4),
  });

  it("gives the terms the shares 1/7, 1/7 and 5/7 at the paper's weights", () => {
    const shares = lossShares({ alignment: 1, distillation: 1, reconstruction: 5 });
    assert.deepEqual(shares, { alignment: 1 / 7, distillation: 1 / 7, reconstruction: 5 / 7 });
    near(totalLoss(shares, terms()), 2.1); // .1 + 1 + 1
  });

  it('does not change when all weights double', () => {
    near(totalLoss(lossShares({ alignment: 2, distillation: 2, reconstruction: 10 }), terms()), 2.1);
  });

  it('leaves out a term of weight 0', () => {
    near(totalLoss(lossShares({ alignment: 0, distillation: 1, reconstruction: 1 }), terms()), 4.2);
  });

  it('divides its gradient as the loss', () => {
    const shares = lossShares({ alignment: 1, distillation: 1, reconstruction: 5 });
    const total = (distillation: tf.Tensor) =>
      totalLoss(shares, { ...terms(), distillation: distillation as tf.Scalar });
    near(tf.grad(total)(tf.scalar(7)), 1 / 7);
  });
});
