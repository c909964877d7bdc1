import assert from 'node:assert/strict';
import { pairLosses, tf } from 'xkd';

describe('losses of pairs', () => {
  const near = (actual: number, expected: number) =>
    assert.ok(Math.abs(actual - expected) < 1e-5, `${actual} is not ${expected}`);
  /** Outputs whose softmax at this temperature has these shares. */
  const outputs = (shares: number[][], temperature: number) =>
    tf.tensor2d(shares.map((row) => row.map((share) => temperature * Math.log(share))));
  const teacher = tf.tensor2d([
    [1, 0, 0],
    [0, 0.5, 0.5],
    [0, 1, 0],
  ]);

  it('are those that one works out by hand', () => {
    const students = outputs([[0.5, 0.25, 0.25], [0.2, 0.4, 0.4], [0.1, 0.8, 0.1]], 0.2); // prettier-ignore
    const { own, others } = pairLosses(teacher, students, 0.2);
    const log = Math.log;
    near(own, -(log(0.5) + log(0.4) + log(0.8)) / 3);
    // Each student's output against the outputs of the two other teachers.
    const first = log(0.25) + log(0.25);
    const second = log(0.2) + log(0.4);
    const third = log(0.1) + (log(0.8) + log(0.1)) / 2;
    near(others, -(first + second + third) / 6);
  });

  it('are equal for a student that gives every clip the same answer', () => {
    const { own, others } = pairLosses(teacher, outputs(new Array(3).fill([0.3, 0.5, 0.2]), 0.1), 0.1);
    near(own, others);
  });

  it('keep no tensors', () => {
    const students = outputs([[0.5, 0.5, 0.1], [0.2, 0.4, 0.4], [0.1, 0.8, 0.1]], 1); // prettier-ignore
    const before = tf.memory().numTensors;
    pairLosses(teacher, students, 1);
    assert.equal(tf.memory().numTensors, before);
  });
});
