import assert from 'node:assert/strict';
import { measureAnswers, pairScore, rankMe, softmaxRows, spreadOf, type Rows } from 'xkd/internal';

const close = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);
const rows = (...lines: number[][]): Rows => ({
  values: lines.flat(),
  rows: lines.length,
  columns: lines[0].length,
});

describe('measures of features', () => {
  it('RankMe counts the directions that are used alike', () => {
    close(rankMe(rows([1, 0, 0], [0, 1, 0], [0, 0, 1])), 3);
    close(rankMe(rows([2, 4], [1, 2], [3, 6])), 1);
    close(rankMe(rows([0, 0], [0, 0])), 1);
  });

  it('RankMe is exp of the entropy of the singular values', () => {
    // Singular values 3 and 1: shares 3/4 and 1/4.
    const entropy = -0.75 * Math.log(0.75) - 0.25 * Math.log(0.25);
    close(rankMe(rows([3, 0], [0, -1])), Math.exp(entropy));
    // The same, rotated by 45 degrees and scaled.
    close(rankMe(rows([30, 30], [10, -10])), Math.exp(entropy));
  });

  it('the spread is 0 of equal rows, 1 around 0, and a share between', () => {
    close(spreadOf(rows([1, 2], [1, 2])), 0);
    close(spreadOf(rows([1, 2], [-1, -2])), 1);
    // Mean (2, 0); differences (-1, 0) and (1, 0): the squares add up to 2 of 1 + 9.
    close(spreadOf(rows([1, 0], [3, 0])), Math.sqrt(2 / 10));
    close(spreadOf(rows([0, 0], [0, 0])), 0);
  });
});

describe('measures of answers', () => {
  it('probabilities of logits, large ones too', () => {
    const { values } = softmaxRows(rows([0, Math.log(3)], [1000, 1000]));
    [0.25, 0.75, 0.5, 0.5].forEach((expected, i) => close(values[i], expected));
  });

  it('each clip its own output: no entropy, all information', () => {
    const { entropy, information } = measureAnswers(rows([1, 0, 0, 0], [0, 1, 0, 0]));
    close(entropy, 0);
    close(information, 1);
  });

  it('all clips one output, and all clips all outputs: no information', () => {
    assert.deepEqual(measureAnswers(rows([0, 1], [0, 1])), { entropy: 0, information: 0 });
    const uniform = measureAnswers(rows([0.5, 0.5], [0.5, 0.5]));
    close(uniform.entropy, 1);
    close(uniform.information, 0);
  });

  it('what lies between', () => {
    // The mean is (1/2, 1/2); each output has the entropy of (3/4, 1/4).
    const each = -0.75 * Math.log(0.75) - 0.25 * Math.log(0.25);
    const { entropy, information } = measureAnswers(rows([0.75, 0.25], [0.25, 0.75]));
    close(entropy, each / Math.log(2));
    close(information, (Math.log(2) - each) / Math.log(2));
  });
});

describe('the pair score', () => {
  const own = rows([0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]);

  it('is 1 where each student answers as its own teacher', () => close(pairScore(own, own), 1));

  it('is a half where all are answered alike', () => {
    const alike = rows([0.2, 0.3, 0.5], [0.2, 0.3, 0.5], [0.2, 0.3, 0.5]);
    close(pairScore(alike, own), 0.5);
  });

  it('counts the others that fit worse', () => {
    // The students of the first two clips are swapped: of the two others, one fits better, one equally well.
    const exchanged = rows([0.1, 0.8, 0.1], [0.8, 0.1, 0.1], [0.1, 0.1, 0.8]);
    close(pairScore(own, exchanged), (0.25 + 0.25 + 1) / 3);
  });
});
