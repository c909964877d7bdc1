import assert from 'node:assert/strict';
import { RandomStream, drawNoise, keptTokens, maskFromNoise, maskTensors, removedTokens } from 'xkd';

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
