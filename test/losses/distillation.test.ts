import { distillationLoss, meanEntropy, nextCentre, teacherDistribution, tf } from 'xkd';
import { near } from '../support/near';

const { log } = Math;

describe('distillation', () => {
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  describe('the distribution of a teacher', () => {
    const outputs = () => tf.tensor2d([[3, 1]]);

    it('is the softmax of its outputs less the centre, over the temperature', () => {
      // ([3, 1] - [1, 1]) / (2 / ln 3) = [ln 3, 0]; the exponentials 3 and 1 have the shares 3/4 and 1/4.
      near(teacherDistribution(outputs(), tf.tensor2d([[1, 1]]), 2 / log(3)), [[3 / 4, 1 / 4]]);
    });

    it('is sharper at a lower temperature', () => {
      // Half the temperature doubles the exponent: e^(2 ln 3) = 9 against 1.
      near(teacherDistribution(outputs(), tf.zeros([1, 2]), 1 / log(3)), [[9 / 10, 1 / 10]]);
    });

    it('is uniform for outputs that equal the centre, whatever the temperature', () => {
      near(teacherDistribution(outputs(), tf.tensor2d([[3, 1]]), 0.01), [[1 / 2, 1 / 2]]);
    });

    it('prefers what is above the centre, not what is large', () => {
      // ([3, 1] - [3, 0]) ln 3 = [0, ln 3]: the smaller output wins.
      near(teacherDistribution(outputs(), tf.tensor2d([[3, 0]]), 1 / log(3)), [[1 / 4, 3 / 4]]);
    });
  });

  describe('the loss', () => {
    const temperature = 0.1;
    const teacher = () =>
      tf.tensor2d([
        [1, 0],
        [1 / 2, 1 / 2],
      ]);
    /** Two views, one below the other, of the same two clips. The comments give their softmax at this temperature. */
    const students = () =>
      tf.tensor2d([
        [0, temperature * log(3)], // view 1, clip 1: [1/4, 3/4]
        [5, 5], // view 1, clip 2: [1/2, 1/2]
        [temperature * log(3), 0], // view 2, clip 1: [3/4, 1/4]
        [0, temperature * log(3)], // view 2, clip 2: [1/4, 3/4]
      ]);

    it('is the cross-entropy, averaged over clips and views', () => {
      const crossEntropies = [
        log(4), // -(1 ln 1/4)
        log(2), // -(1/2 ln 1/2 + 1/2 ln 1/2)
        log(4 / 3), // -(1 ln 3/4)
        log(16 / 3) / 2, // -(1/2 ln 1/4 + 1/2 ln 3/4)
      ];
      // (1.386294 + 0.693147 + 0.287682 + 0.836988) / 4
      near(crossEntropies.reduce((sum, value) => sum + value) / 4, 0.801028);
      near(distillationLoss(teacher(), students(), temperature), 0.801028);
    });

    it('has the gradient (student - teacher) / temperature, over the number of clips and views', () => {
      const gradient = tf.grad((x) => distillationLoss(teacher(), x as tf.Tensor2D, temperature))(students());
      // Differences of the distributions above: -3/4, 0, -1/4, -1/4 for output 1; each divided by 4 x 0.1.
      const first = [-3 / 4, 0, -1 / 4, -1 / 4].map((difference) => difference / 0.4);
      near(gradient, first.map((value) => [value, 0 - value])); // prettier-ignore
    });

    it('is the entropy of the teacher for a student that gives the same answer', () => {
      const same = tf.tensor2d([
        [30, 0],
        [0, 0],
      ]);
      // e^-300 is 0, so the student's distributions are [1, 0] and [1/2, 1/2]: entropies 0 and ln 2.
      near(distillationLoss(teacher(), same, temperature), log(2) / 2);
      near(meanEntropy(teacher()), log(2) / 2);
    });
  });

  describe('the centre', () => {
    it('moves a tenth of the way to the mean of a batch', () => {
      const outputs = tf.tensor2d([
        [2, 4],
        [4, 8],
      ]);
      // .9 x [1, -2] + .1 x [3, 6]
      near(nextCentre(tf.tensor2d([[1, -2]]), outputs, { keep: 0.9, take: 0.1 }), [[1.2, -1.2]]);
    });

    it('has come 1 - .9^n of the way after n equal batches', () => {
      const outputs = tf.tensor2d([[10]]);
      let centre: tf.Tensor = tf.zeros([1, 1]);
      for (let i = 0; i < 3; i++) centre = nextCentre(centre, outputs, { keep: 0.9, take: 0.1 });
      near(centre, [[2.71]]); // 10 (1 - .729)
    });
  });

  it('entropies are 0 with all mass on one output and ln O for O equal ones', () => {
    near(meanEntropy(tf.tensor2d([[0, 1, 0, 0]])), 0);
    near(meanEntropy(tf.fill([3, 4], 1 / 4)), log(4));
  });
});
