import assert from 'node:assert/strict';
import {
  type NdArray,
  RandomStream,
  configure,
  disposeInputs,
  drawNoise,
  keptTokens,
  maskFromNoise,
  maskTensors,
  modelInputs,
  removedTokens,
} from 'xkd/internal';

describe('masking', () => {
  it('keeps the tokens of smallest noise', () => {
    const mask = maskFromNoise(Float32Array.from([0.9, 0.1, 0.5, 0.3, 0.2, 0.8, 0.7, 0.4]), 2, 0.5);
    assert.equal(mask.kept, 2);
    assert.deepEqual([...mask.order], [1, 3, 2, 0, 0, 3, 2, 1]);
    assert.deepEqual([...removedTokens(mask)], [1, 0, 1, 0, 0, 1, 1, 0]);
  });

  it('keeps as many tokens as the paper: 59 of 392, 112 of 560', () => {
    assert.equal(keptTokens(392, 0.85), 59);
    assert.equal(keptTokens(560, 0.8), 112);
  });

  it('rounds half to even, as the original does', () => {
    assert.equal(keptTokens(5, 0.5), 2);
    assert.equal(keptTokens(7, 0.5), 4);
  });

  it('rounds whole groups of tokens, half to even as well', () => {
    assert.equal(keptTokens(392, 0.85, 8), 56); // 49 tubes: 7.35 of them
    assert.equal(keptTokens(20, 0.5, 4), 8); // 2.5 groups
    assert.equal(keptTokens(28, 0.5, 4), 16); // 3.5 groups
  });

  it('draws by default what it drew before there were kinds', () => {
    const views: NdArray[] = [{ data: new Float32Array(2), shape: [2] }];
    const batch = { step: 3, microBatch: 0, video: views, audio: views, entries: [] };
    const inputs = modelInputs(configure('nano', { seed: 0 }), batch);
    const { video, audio } = inputs.masks;
    // Computed by sorting seedrandom's `alea('0/mask/video/3')` and `alea('0/mask/audio/3')` independently, in single
    // precision.
    const expected = {
      video: [9, 20, 54, 30, 49, 52, 24, 14, 28, 29, 22, 25, 31, 14, 15, 7, 5, 61, 63, 36],
      audio: [3, 18, 13, 12, 23, 20, 9, 2, 31, 25, 13, 7],
    };
    assert.deepEqual([...video.keptTokens.dataSync()], expected.video);
    assert.deepEqual([...audio.keptTokens.dataSync()], expected.audio);
    disposeInputs(inputs);
  });

  it('order and rank are inverse, and every row is in one of both lists', () => {
    const noise = drawNoise(RandomStream.fromSeed(3), 3, 17);
    const mask = maskFromNoise(noise, 3, 0.7);
    mask.order.forEach((token, i) => {
      const sample = Math.floor(i / 17);
      assert.equal(mask.rank[sample * 17 + token], i % 17);
    });
    const { keptRows, removedRows, sourceRows } = maskTensors(mask);
    const all = [...keptRows.dataSync(), ...removedRows.dataSync()].sort((a, b) => a - b);
    assert.deepEqual(
      all,
      Array.from({ length: 51 }, (_, i) => i),
    );
    const sources = sourceRows.dataSync();
    keptRows.dataSync().forEach((row, i) => assert.equal(sources[row], i));
    removedRows.dataSync().forEach((row) => assert.equal(sources[row], 3 * mask.kept));
  });
});
