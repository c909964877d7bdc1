import assert from 'node:assert/strict';
import { meanInterval, meanShareInterval, studentQuantile } from 'xkd/internal';

describe('interval of a mean', () => {
  // Printed tables of Student's distribution, two-sided.
  const table: [number, number, number][] = [
    [0.95, 1, 12.7062],
    [0.95, 2, 4.30265],
    [0.95, 3, 3.18245],
    [0.95, 4, 2.77645],
    [0.95, 5, 2.57058],
    [0.95, 9, 2.26216],
    [0.95, 10, 2.22814],
    [0.95, 30, 2.04227],
    [0.95, 120, 1.97993],
    [0.99, 1, 63.6567],
    [0.99, 4, 4.60409],
    [0.9, 7, 1.89458],
  ];
  for (const [probability, degrees, expected] of table) {
    it(`t of ${100 * probability} % with ${degrees} degrees of freedom is ${expected}`, () => {
      const found = studentQuantile(probability, degrees);
      assert.ok(Math.abs(found / expected - 1) < 1e-5, `${found}`);
    });
  }

  it('is that of a worked example', () => {
    // 1 to 5: mean 3, standard error sqrt(2.5 / 5), t with 4 degrees of freedom 2.776445.
    const { mean, low, high } = meanInterval([1, 2, 3, 4, 5]);
    assert.equal(mean, 3);
    assert.ok(Math.abs(low - 1.036757) < 1e-5, `${low}`);
    assert.ok(Math.abs(high - 4.963243) < 1e-5, `${high}`);
  });

  it('of shares ends at 0 and 1', () => {
    assert.equal(meanShareInterval([0.9, 1]).high, 1);
    assert.equal(meanShareInterval([0, 0.1]).low, 0);
    assert.deepEqual(meanShareInterval([0.4, 0.5, 0.6]), meanInterval([0.4, 0.5, 0.6]));
  });

  it('is a point where all values are equal, and needs two', () => {
    assert.deepEqual(meanInterval([0.5, 0.5, 0.5]), { mean: 0.5, low: 0.5, high: 0.5 });
    assert.throws(() => meanInterval([0.5]), /two values or more, there are 1/);
  });
});
