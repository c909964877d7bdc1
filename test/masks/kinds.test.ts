import assert from 'node:assert/strict';
import {
  type Mask,
  type MaskKind,
  type Modality,
  RandomStream,
  type XkdConfig,
  configure,
  describeConfig,
  drawNoise,
  fullGrid,
  maskFromNoise,
  maskKinds,
  maskOfViews,
  modalities,
  removedTokens,
  tokenCount,
} from 'xkd/internal';

const { tube } = maskKinds.video;
const { time, frequency, timeFrequency } = maskKinds.audio;

/** Every kind for each modality. */
const kinds: [Modality, string, MaskKind][] = modalities.flatMap((modality) =>
  Object.entries(maskKinds[modality]).map(([name, kind]): [Modality, string, MaskKind] => [
    modality,
    name,
    kind,
  ]),
);

/** One mask with this noise. */
function maskOf(kind: MaskKind, grid: readonly number[], noise: readonly number[], ratio: number): Mask {
  return maskFromNoise(Float32Array.from(noise), 1, ratio, { kind, grid });
}

/** For each of many clips, 1 for a removed token. */
function manyMasks(kind: MaskKind, grid: readonly number[], ratio: number, clips = 50): number[][] {
  const tokens = tokenCount(grid);
  const noise = drawNoise(RandomStream.fromSeed('kinds'), clips, tokens);
  const removed = [...removedTokens(maskFromNoise(noise, clips, ratio, { kind, grid }))];
  return Array.from({ length: clips }, (_, clip) => removed.slice(clip * tokens, (clip + 1) * tokens));
}

describe('kinds of masks, by hand', () => {
  it('tube: sorts patches by their least noise at any time', () => {
    // Two times of 2 x 2 patches, with lowest noise .1, .3, .5 and .4.
    const mask = maskOf(tube, [2, 2, 2], [0.9, 0.3, 0.5, 0.7, 0.1, 0.8, 0.6, 0.4], 0.5);
    assert.deepEqual([...mask.order], [0, 4, 1, 5, 3, 7, 2, 6]);
    assert.deepEqual([...removedTokens(mask)], [0, 0, 1, 1, 0, 0, 1, 1]);
  });

  // Two bands at three times.
  const noise = [0.6, 0.2, 0.9, 0.5, 0.8, 0.1];

  it('time: sorts columns, of least noise .5, .2 and .1', () => {
    const mask = maskOf(time, [2, 3], noise, 0.6); // 1.2 columns are kept
    assert.deepEqual([...mask.order], [2, 5, 1, 4, 0, 3]);
    assert.deepEqual([...removedTokens(mask)], [1, 1, 0, 1, 1, 0]);
  });

  it('frequency: sorts rows, of least noise .2 and .1', () => {
    const mask = maskOf(frequency, [2, 3], noise, 0.5);
    assert.deepEqual([...mask.order], [3, 4, 5, 0, 1, 2]);
    assert.deepEqual([...removedTokens(mask)], [1, 1, 1, 0, 0, 0]);
  });

  it('timeFrequency: columns at 1/3, 2/3 and 1 of their axis, rows at 1/2 and 1', () => {
    // Row 1 is kept longest, its columns 2, 1 and 0 in turn; then row 0, the last line, by its noise.
    const half = maskOf(timeFrequency, [2, 3], noise, 0.5);
    assert.deepEqual([...half.order], [5, 4, 3, 1, 0, 2]);
    assert.deepEqual([...removedTokens(half)], [1, 1, 1, 0, 0, 0]);
    // 4.2 tokens are kept: of row 0, the one with the lowest noise.
    assert.deepEqual([...removedTokens(maskOf(timeFrequency, [2, 3], noise, 0.3))], [1, 0, 1, 0, 0, 0]);
  });
});

describe('kinds of masks', () => {
  const grids = { video: [8, 7, 7], audio: [20, 28] };

  for (const [modality, name, kind] of kinds) {
    const grid = grids[modality];

    it(`${modality} ${name}: as many tokens stay of every clip`, () => {
      for (const ratio of [0, 0.3, 0.5, 0.85, 0.99]) {
        const noise = drawNoise(RandomStream.fromSeed('kinds'), 50, tokenCount(grid));
        const { kept } = maskFromNoise(noise, 50, ratio, { kind, grid });
        assert.equal(kept % kind.together(grid), 0);
        assert.ok(Math.abs(kept - tokenCount(grid) * (1 - ratio)) <= kind.together(grid) / 2);
        for (const removed of manyMasks(kind, grid, ratio))
          assert.equal(removed.filter((each) => each === 0).length, kept);
      }
    });

    it(`${modality} ${name}: a higher ratio removes more of the same`, () => {
      const [low, high] = [0.4, 0.8].map((ratio) => manyMasks(kind, grid, ratio).flat());
      assert.ok(low.every((removed, i) => removed <= high[i]));
    });

    it(`${modality} ${name}: every token stays equally often`, () => {
      const small = modality === 'video' ? [4, 3, 3] : [4, 6];
      const clips = 4000;
      const masks = manyMasks(kind, small, 0.6, clips);
      const share = masks[0].filter((each) => each === 0).length / tokenCount(small);
      masks[0].forEach((_, token) => {
        const often = masks.filter((removed) => removed[token] === 0).length / clips;
        // Four standard deviations of a share of 4000.
        assert.ok(Math.abs(often - share) < 0.031, `token ${token}: ${often}, not ${share}`);
      });
    });
  }

  it('tube removes the same patches at all times, others in each clip', () => {
    const masks = manyMasks(tube, [8, 7, 7], 0.85);
    for (const removed of masks) {
      const first = removed.slice(0, 49);
      for (let t = 1; t < 8; t++) assert.deepEqual(removed.slice(49 * t, 49 * (t + 1)), first);
      assert.equal(first.filter((each) => each === 0).length, 7); // 7.35 of 49
    }
    assert.ok(new Set(masks.map(String)).size > 45);
  });

  it('time removes whole columns, frequency whole rows', () => {
    for (const removed of manyMasks(time, [20, 28], 0.8)) {
      removed.forEach((each, token) => assert.equal(each, removed[token % 28]));
      assert.equal(removed.slice(0, 28).filter((each) => each === 0).length, 6); // 5.6 of 28
    }
    for (const removed of manyMasks(frequency, [20, 28], 0.8)) {
      removed.forEach((each, token) => assert.equal(each, removed[28 * Math.floor(token / 28)]));
      assert.equal(removed.filter((each) => each === 0).length, 112); // 4 of 20 rows
    }
  });

  it('timeFrequency removes rows and columns, the same share of both, and trims one line alone', () => {
    let trimmed = 0;
    for (const [bands, columns, ratio] of [
      [20, 28, 0.8],
      [4, 8, 0.8],
      [12, 12, 0.5],
    ]) {
      for (const removed of manyMasks(timeFrequency, [bands, columns], ratio)) {
        const kept = removed.flatMap((each, token) => (each === 0 ? [token] : []));
        assert.equal(kept.length, Math.round(bands * columns * (1 - ratio)));
        const rows = [...new Set(kept.map((token) => Math.floor(token / columns)))];
        const cols = [...new Set(kept.map((token) => token % columns))];
        assert.ok(Math.abs(rows.length * columns - cols.length * bands) <= Math.max(bands, columns));
        // Tokens removed within kept rows and columns lie on one line.
        const gaps = rows.flatMap((row) => cols.map((column) => [row, column]));
        const cut = gaps.filter(([row, column]) => removed[row * columns + column] === 1);
        const lines = [0, 1].map((axis) => new Set(cut.map((place) => place[axis])).size);
        assert.ok(Math.min(...lines) <= 1);
        trimmed += cut.length > 0 ? 1 : 0;
      }
    }
    assert.ok(trimmed > 0);
  });
});

describe('kinds of masks in a configuration', () => {
  const kindsOf = (modality: Modality) => Object.keys(maskKinds[modality]);
  const asked = (preset: string, modality: Modality, kind: string): XkdConfig =>
    configure(preset, { [`mask.${modality}.kind`]: kind });

  it('keep as many tokens as masks, cost and checks say', () => {
    const expected = {
      base: { video: [59, 56], audio: [112, 120, 112, 112] },
      nano: { video: [10, 8], audio: [6, 8, 8, 6] },
    };
    for (const preset of ['base', 'nano'] as const) {
      for (const modality of modalities) {
        kindsOf(modality).forEach((kind, i) => {
          const config = asked(preset, modality, kind);
          const noise = drawNoise(RandomStream.fromSeed(1), 1, tokenCount(fullGrid(config, modality)));
          const { kept } = maskOfViews(config, modality, noise);
          assert.equal(kept, expected[preset][modality][i], `${preset} ${modality} ${kind}`);
          const { kept: counted, removed, global } = describeConfig(config).tokens[modality];
          assert.deepEqual([counted, removed], [kept, global - kept]);
        });
      }
    }
  });

  it('are masks of the configuration, at its ratio or another', () => {
    const config = asked('nano', 'video', 'tube');
    const noise = drawNoise(RandomStream.fromSeed(1), 3, 64);
    const expected = maskFromNoise(noise, 3, 0.85, { kind: tube, grid: [4, 4, 4] });
    assert.deepEqual(maskOfViews(config, 'video', noise), expected);
    assert.equal(maskOfViews(config, 'video', noise, 0.5).kept, 32);
  });
});
