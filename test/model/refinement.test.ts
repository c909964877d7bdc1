import assert from 'node:assert/strict';
import { classAttention, crossModalWeights, refine, refineTeachers, tf } from 'xkd/internal';
import { near } from '../support/near';

const { log, sqrt } = Math;

describe('refinement', () => {
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it('reads what the class token, the first, attends to in the patches', () => {
    // One clip, one head, two queries; the first key is the class token itself.
    const attention = tf.tensor4d([0.5, 0.2, 0.3, 0.1, 0.1, 0.8], [1, 1, 2, 3]);
    near(classAttention(attention, 2), [[[0.2, 0.3]]]);
  });

  describe('weights of cross-modal attention', () => {
    it('are, in mode mean, the means of C over the other modality, over the mean of the own attention', () => {
      // Head 1: C = Av^T Aa = [[.04, .02], [.08, .04], [.12, .06]].
      //   Over audio patches: .03, .06, .09; divided by the mean .2 of Av: .15, .3, .45.
      //   Over video patches: .08, .04; divided by the mean .3 of Aa: 4/15, 2/15.
      // Head 2: C has three equal rows [.03, .09].
      //   Over audio patches: .06 each; divided by the mean .3 of Av: .2 each.
      //   Over video patches: .03, .09; divided by the mean .2 of Aa: .15, .45.
      const video = tf.tensor3d([[[0.1, 0.2, 0.3], [0.3, 0.3, 0.3]]]); // prettier-ignore
      const audio = tf.tensor3d([[[0.4, 0.2], [0.1, 0.3]]]); // prettier-ignore
      const weights = crossModalWeights(video, audio, 'mean');
      near(weights.video, [[[0.15, 0.3, 0.45], [0.2, 0.2, 0.2]]]); // prettier-ignore
      near(weights.audio, [[[4 / 15, 2 / 15], [0.15, 0.45]]]); // prettier-ignore
    });

    it('are, in mode softmax, the softmax of the same means', () => {
      // C = [[ln 3, ln 3], [0, 0]]: means over audio ln 3 and 0, so 3/4 and 1/4; means over video equal, so 1/2 each.
      const weights = crossModalWeights(tf.tensor3d([[[log(3), 0]]]), tf.tensor3d([[[1, 1]]]), 'softmax');
      near(weights.video, [[[3 / 4, 1 / 4]]]);
      near(weights.audio, [[[1 / 2, 1 / 2]]]);
    });
  });

  describe('of features', () => {
    const features = () => tf.tensor3d([[[2, 0], [0, 2]]]); // prettier-ignore

    it('weighs patches by the mean of the heads and keeps the energy of their mean', () => {
      // The heads [1, 0] and [1/2, 1/2] give the weights 3/4 and 1/4, so the patches become [3/2, 0] and [0, 1/2]. The mean
      // was [1, 1], with energy 2, and is now [3/4, 1/4], with energy 5/8: all is multiplied by sqrt(16/5) = 4 / sqrt 5.
      const weights = tf.tensor3d([[[1, 0], [1 / 2, 1 / 2]]]); // prettier-ignore
      const refined = refine(features(), weights);
      near(refined, [[[6 / sqrt(5), 0], [0, 2 / sqrt(5)]]]); // prettier-ignore
      near(tf.sum(tf.square(tf.mean(refined, 1))), 2); // 9/5 + 1/5
    });

    it('changes nothing where all patches weigh the same', () => {
      near(refine(features(), tf.fill([1, 3, 2], 0.07)), [[[2, 0], [0, 2]]]); // prettier-ignore
    });

    it('treats each clip by itself', () => {
      const clips = tf.tensor3d([[[2, 0], [0, 2]], [[2, 0], [0, 2]]]); // prettier-ignore
      const weights = tf.tensor3d([[[3 / 4, 1 / 4]], [[1, 1]]]);
      near(refine(clips, weights), [[[6 / sqrt(5), 0], [0, 2 / sqrt(5)]], [[2, 0], [0, 2]]]); // prettier-ignore
    });

    it('is left out where it is off', () => {
      const unused = () => assert.fail('no attention is asked for');
      const [video, audio] = [features(), features()].map((values) => ({
        features: values,
        classAttention: unused,
      }));
      const refined = refineTeachers('none', video, audio);
      assert.equal(refined.video, video.features);
      assert.equal(refined.audio, audio.features);
    });
  });
});
