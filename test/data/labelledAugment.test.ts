import assert from 'node:assert/strict';
import {
  RandomStream,
  drawErase,
  drawMix,
  drawSpectrogramMasks,
  drawTimeWarp,
  erase,
  coverSpectrogram,
  mixTargets,
  mixViews,
  warpTime,
  type MixDraw,
} from 'xkd/internal';

const many = <T>(draws: number, draw: (stream: RandomStream) => T): T[] =>
  Array.from({ length: draws }, (_, i) => draw(RandomStream.fromSeed(5).split(i)));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('random erasing', () => {
  it('erases as often, as large and as long as it should', () => {
    const drawn = many(4000, (stream) => drawErase(stream, 0.25, 64));
    const boxes = drawn.flatMap((draw) => draw?.box ?? []);
    assert.ok(Math.abs(boxes.length / 4000 - 0.25) < 0.02, `${boxes.length}`);
    for (const { top, left, height, width } of boxes) {
      const area = (height * width) / 64 ** 2;
      assert.ok(area > 0.015 && area < 0.345, `area ${area}`);
      assert.ok(height / width > 0.27 && height / width < 3.7);
      assert.ok(top >= 0 && left >= 0 && top + height <= 64 && left + width <= 64);
    }
    assert.ok(many(50, (stream) => drawErase(stream, 0, 64)).every((draw) => draw === null));
  });

  it('covers the same rectangle of every frame with the same noise, and nothing else', () => {
    const [side, frames] = [4, 3];
    const box = { top: 1, left: 2, height: 2, width: 1 };
    const noise = Float32Array.from([1, 2, 3, 4, 5, 6]);
    const view = new Float32Array(3 * frames * side * side).fill(9);
    erase(view, { box, noise }, side);
    const at = (c: number, t: number, y: number, x: number) => view[((c * frames + t) * side + y) * side + x];
    for (let t = 0; t < frames; t++) {
      assert.deepEqual([at(0, t, 1, 2), at(0, t, 2, 2), at(1, t, 1, 2), at(2, t, 2, 2)], [1, 2, 3, 6]);
    }
    assert.equal(view.filter((value) => value === 9).length, view.length - 6 * frames);
  });
});

describe('SpecAugment', () => {
  it('covers stripes of bands and columns', () => {
    const view = new Float32Array(4 * 6).fill(1);
    coverSpectrogram(view, { bands: [{ first: 1, count: 2 }], columns: [{ first: 5, count: 1 }] }, 6);
    assert.deepEqual(
      [...view],
      [
        [1, 1, 1, 1, 1, 0],
        [0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0],
        [1, 1, 1, 1, 1, 0],
      ].flat(),
    );
  });

  it('draws widths from 0 to the largest, anywhere', () => {
    const args = { frequencyMasks: 1, frequencyMaskShare: 0.25, timeMasks: 2, timeMaskShare: 0.5 };
    const drawn = many(3000, (stream) => drawSpectrogramMasks(stream, args, 8, 10));
    const bands = drawn.flatMap(({ bands: stripes }) => stripes);
    const columns = drawn.flatMap(({ columns: stripes }) => stripes);
    assert.equal(columns.length, 6000);
    assert.deepEqual(new Set(bands.map(({ count }) => count)), new Set([0, 1, 2]));
    assert.equal(Math.max(...columns.map(({ count }) => count)), 5);
    assert.ok(columns.every(({ first, count }) => first >= 0 && first + count <= 10));
    assert.equal(Math.max(...bands.map(({ first, count }) => first + count)), 8);
  });

  it('moves a point of the time axis and keeps both ends', () => {
    const columns = 9;
    const ramp = Float32Array.from({ length: 2 * columns }, (_, i) => i % columns);
    const warped = warpTime(ramp, columns, { from: 4, to: 6 });
    const expected = [0, 4 / 6, 8 / 6, 2, 16 / 6, 20 / 6, 4, 6, 8];
    expected.forEach((value, i) => {
      assert.ok(Math.abs(warped[i] - value) < 1e-6, `column ${i}: ${warped[i]}`);
      assert.equal(warped[columns + i], warped[i]);
    });
    assert.deepEqual(warpTime(ramp, columns, { from: 4, to: 4 }), ramp);
  });

  it('draws points away from the ends, moved by at most the distance', () => {
    const drawn = many(2000, (stream) => drawTimeWarp(stream, 40, 0.1)!);
    assert.ok(
      drawn.every(({ from, to }) => from > 4 && from < 35 && Math.abs(to - from) <= 4 && to > 0 && to < 39),
    );
    assert.ok(drawn.some(({ from, to }) => to - from > 3) && drawn.some(({ from, to }) => to - from < -3));
    assert.equal(drawTimeWarp(RandomStream.fromSeed(1), 5, 0.1), null);
  });
});

describe('mixup and cutmix', () => {
  const views = {
    data: Float32Array.from({ length: 3 * 2 * 16 }, (_, i) => Math.floor(i / 32)),
    shape: [3, 2, 4, 4],
  };
  const targets = { data: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), shape: [3, 3] };

  it('mixes values and labels of a clip and its partner', () => {
    const draw: MixDraw = { share: 0.75, box: null };
    const { data } = mixViews(views, draw);
    assert.deepEqual([data[0], data[32], data[64]], [0.5, 1, 1.5]);
    assert.deepEqual([...mixTargets(targets, draw).data], [0.75, 0, 0.25, 0, 1, 0, 0.25, 0, 0.75]);
  });

  it('pastes a rectangle of the partner into every frame; labels go by its exact area', () => {
    for (const draw of many(300, (stream) => drawMix(stream, { mixup: 0, cutmix: 1 }, 4, 4)!)) {
      const { data } = mixViews(views, draw);
      for (const frame of [0, 16]) {
        const pasted = data.subarray(frame, frame + 16).filter((value) => value === 2).length;
        assert.equal(1 - pasted / 16, draw.share);
      }
      assert.equal(mixTargets(targets, draw).data[0], draw.share);
    }
  });

  it('draws shares from the beta distribution, mixup and cutmix in turn', () => {
    assert.equal(drawMix(RandomStream.fromSeed(1), { mixup: 0, cutmix: 0 }, 8, 8), null);
    for (const shape of [0.6, 1, 3]) {
      const shares = many(6000, (stream) => drawMix(stream, { mixup: shape, cutmix: 0 }, 8, 8)!.share);
      const spread = mean(shares.map((share) => (share - 0.5) ** 2));
      assert.ok(Math.abs(mean(shares) - 0.5) < 0.015, `mean ${mean(shares)}`);
      // The variance of a beta distribution with both shapes a is 1 / (4 (2 a + 1)).
      assert.ok(Math.abs(spread - 1 / (4 * (2 * shape + 1))) < 0.006, `variance ${spread} of ${shape}`);
    }
    const boxes = many(2000, (stream) => drawMix(stream, { mixup: 0.6, cutmix: 0.5 }, 32, 32)!.box);
    assert.ok(Math.abs(mean(boxes.map((box) => (box === null ? 0 : 1))) - 0.5) < 0.04);
  });
});
