import assert from 'node:assert/strict';
import {
  glowFrames,
  maskFrames,
  maskSpectrogram,
  patchifyVideo,
  spreadOverSpectrogram,
  tf,
  type Pixels,
} from 'xkd/internal';

/** Frames whose red value is the index of the pixel in `[T, H, W]`. */
function numberedFrames(count: number, side: number): Pixels[] {
  return Array.from({ length: count }, (_, t) => {
    const data = new Uint8Array(3 * side * side);
    for (let p = 0; p < side * side; p++) data[3 * p] = t * side * side + p;
    return { data, width: side, height: side };
  });
}

describe('masks on pictures', () => {
  it('cover just the pixels that patchify puts into the removed token', () => {
    const [count, side] = [4, 4];
    const frames = numberedFrames(count, side);
    const numbers = tf.range(0, count * side * side).reshape([1, 1, count, side, side]);
    const tokens = patchifyVideo(numbers, { frames: 2, size: 2 }).arraySync()[0];
    const removed = 6;
    const mask = tokens.map((_, i) => (i === removed ? 1 : 0));
    const masked = maskFrames(frames, mask, { patchFrames: 2, patchSize: 2 });
    const grey: number[] = [];
    masked.forEach(({ data }, t) => {
      for (let p = 0; p < side * side; p++) if (data[3 * p + 1] === 128) grey.push(t * side * side + p);
    });
    assert.deepEqual(
      grey,
      [...tokens[removed]].sort((a, b) => a - b),
    );
  });

  it('light up where the weight is highest', () => {
    const frames = numberedFrames(1, 4);
    const [lit] = glowFrames(frames, [0, 0, 0, 2], { patchFrames: 1, patchSize: 2 });
    assert.ok(lit.data[3 * 15] > 190, 'last patch is bright red');
    assert.ok(lit.data[0] <= frames[0].data[0], 'first patch is not');
  });

  it('leave the removed tiles of a spectrogram empty, in token order (mel, time)', () => {
    const grid = { melBands: 4, columns: 6, patchMelBands: 2, patchColumns: 3 };
    const values = Float32Array.from({ length: 24 }, (_, i) => i);
    const masked = maskSpectrogram(values, [0, 1, 0, 0], grid);
    const empty = Array.from(masked.keys()).filter((i) => Number.isNaN(masked[i]));
    assert.deepEqual(empty, [3, 4, 5, 9, 10, 11]);
    assert.deepEqual(Array.from(spreadOverSpectrogram([1, 2, 3, 4], grid)).slice(10, 14), [2, 2, 3, 3]);
  });
});
