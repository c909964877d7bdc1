import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import {
  gelu,
  largestError,
  layerNorm,
  linear,
  mmd,
  openSafetensors,
  patchifyAudio,
  patchifyVideo,
  resamplePositions,
  standardise,
  tf,
  unpatchifyAudio,
  unpatchifyVideo,
} from 'xkd/internal';

const pieces = openSafetensors(resolve(__dirname, '..', '..', 'golden', 'pieces.safetensors'));
const piece = (name: string) => {
  const { data, shape } = pieces.read(name);
  return tf.tensor(data, [...shape]);
};
const close = (actual: tf.Tensor, expected: tf.Tensor, tolerance: number) => {
  assert.deepEqual(actual.shape, expected.shape);
  const error = largestError(actual.dataSync(), expected.dataSync());
  assert.ok(error <= tolerance, `error ${error}`);
};

describe('layers', () => {
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it('positions are resampled as in the release: trilinear for video, bicubic for audio', () => {
    const video = resamplePositions(piece('posembed.video'), [8, 7, 7], [2, 6, 6], 'linear');
    close(video, piece('posembed.video.2x6x6'), 2e-6);
    const audio = resamplePositions(piece('posembed.audio'), [20, 28], [20, 7], 'cubic');
    close(audio, piece('posembed.audio.20x7'), 2e-6);
  });

  it('positions of a full view stay as they are', () => {
    const positions = piece('posembed.video');
    assert.equal(resamplePositions(positions, [8, 7, 7], [8, 7, 7], 'linear'), positions);
  });

  it('patchify orders values (t, h, w, channel) and tokens (t, h, w)', () => {
    const video = tf.range(0, 3 * 4 * 4 * 4).reshape([1, 3, 4, 4, 4]);
    const tokens = patchifyVideo(video, { frames: 2, size: 2 });
    assert.deepEqual(tokens.shape, [1, 8, 24]);
    const at = (c: number, t: number, h: number, w: number) => ((c * 4 + t) * 4 + h) * 4 + w;
    const values = tokens.arraySync()[0];
    // token 1 is one patch to the right; its value 3 is (t 0, h 0, w 1, channel 0)
    assert.equal(values[1][3], at(0, 0, 0, 3));
    // token 6 = (t 1, h 1, w 0); value 13 = (t 1, h 0, w 0, channel 1)
    assert.equal(values[6][13], at(1, 3, 2, 0));
  });

  it('patchify audio orders values and tokens (mel, time)', () => {
    const tokens = patchifyAudio(tf.range(0, 32).reshape([1, 1, 4, 8]), { melBands: 2, columns: 4 });
    assert.deepEqual(tokens.arraySync()[0][1], [4, 5, 6, 7, 12, 13, 14, 15]);
  });

  it('unpatchify undoes patchify', () => {
    for (const shape of [
      [2, 3, 4, 16, 16],
      [1, 3, 8, 8, 8],
    ]) {
      const video = tf.range(0, tf.util.sizeFromShape(shape)).reshape(shape);
      const patch = { frames: 2, size: 4 };
      close(unpatchifyVideo(patchifyVideo(video, patch), patch, shape), video, 0);
    }
    const audio = tf.range(0, 2 * 8 * 12).reshape([2, 1, 8, 12]);
    const patch = { melBands: 4, columns: 3 };
    close(unpatchifyAudio(patchifyAudio(audio, patch), patch, [2, 1, 8, 12]), audio, 0);
  });

  it('MMD and its gradient', () => {
    const [x, y] = [piece('mmd.x'), piece('mmd.y')] as tf.Tensor2D[];
    const { value, grad } = tf.valueAndGrad((a: tf.Tensor) => mmd(a as tf.Tensor2D, y))(x);
    close(value.reshape([1]), piece('mmd.loss'), 1e-6);
    close(grad, piece('mmd.grad_x'), 1e-5);
  });

  it('MMD of a set with itself is 0, and far sets come to their own terms', () => {
    const x = piece('mmd.x') as tf.Tensor2D;
    assert.ok(Math.abs(mmd(x, x).dataSync()[0]) < 1e-6);
    const far = mmd(x, tf.add(x, 1e4) as tf.Tensor2D).dataSync()[0];
    assert.ok(far > 2, `${far}`);
  });

  it('MMD over blocks of rows equals MMD at once', () => {
    // 3000 x 3000 x 2 differences do not fit in one block; the distances on a line are known.
    const n = 3000;
    const line = tf.linspace(0, 1, n).expandDims(1).tile([1, 2]) as tf.Tensor2D;
    const { value, grad } = tf.valueAndGrad((a: tf.Tensor) => mmd(a as tf.Tensor2D, line))(line);
    assert.ok(Math.abs(value.dataSync()[0]) < 1e-5);
    assert.deepEqual(grad.shape, [n, 2]);
  });

  it('custom gradients agree with differences', () => {
    const weight = tf.tensor2d([0.3, -0.2, 0.5, 0.7, 0.1, -0.4], [2, 3]);
    const cases: Record<string, (x: tf.Tensor) => tf.Tensor> = {
      gelu,
      standardise,
      linear: (x) => linear(x, weight),
      layerNorm: (x) => layerNorm(x, tf.tensor1d([1, 2, 3]), tf.tensor1d([0, 1, 0])),
    };
    const x = [0.5, -1.2, 2.1, 0.3, 0.9, -0.7];
    const mix = tf.tensor1d([0.3, -1, 0.8, 0.1, 0.5, -0.6]);
    for (const [name, layer] of Object.entries(cases)) {
      const scalar = (input: tf.Tensor) => {
        const out = layer(input.reshape([2, 3])).flatten();
        return tf.sum(tf.mul(out, mix.slice(0, out.size))) as tf.Scalar;
      };
      const gradient = tf.grad(scalar)(tf.tensor1d(x)).dataSync();
      const step = 1e-2;
      x.forEach((_, i) => {
        const shifted = (by: number) =>
          scalar(tf.tensor1d(x.map((v, j) => (i === j ? v + by : v)))).dataSync()[0];
        const difference = (shifted(step) - shifted(-step)) / (2 * step);
        assert.ok(
          Math.abs(gradient[i] - difference) < 2e-3,
          `${name} at ${i}: ${gradient[i]}, ${difference}`,
        );
      });
    }
  });
});
