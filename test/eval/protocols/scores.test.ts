import assert from 'node:assert/strict';
import { knnScores, RandomStream, rowsInMemory, tf, topKAccuracy, type FeatureMatrix } from 'xkd/internal';
import { centreColumns, crossModalScores, recallAt } from 'xkd/dist/eval/protocols/crossModal';
import { drawFiles, equalShares } from 'xkd/dist/eval/protocols/fewLabels';
import { selectFiles } from 'xkd/dist/eval/protocols/foldFeatures';
import { svmFold } from 'xkd/dist/eval/protocols/svmFold';

describe('nearest neighbours', () => {
  const train = matrix([[1, 0], [0.9, 0.1], [0, 2], [0.1, 1], [0, 3]]); // prettier-ignore
  const labels = [[0], [0], [1], [1], [1]];
  const args = { train, labels, classes: 2, temperature: 0.07 };

  it('weigh by the exponential of their cosine', () => {
    const [two] = knnScores({ ...args, test: matrix([[1, 1]]), neighbours: [2] });
    const cosines = [0.9, 0.1, 0.1, 1].map((x, i, all) => (i % 2 === 0 ? (x + all[i + 1]) / Math.SQRT2 / Math.hypot(x, all[i + 1]) : 0)); // prettier-ignore
    const weights = [cosines[0], cosines[2]].map((cosine) => Math.exp(cosine / 0.07));
    const sum = weights[0] + weights[1];
    assert.ok(Math.abs(two.data[0] - weights[0] / sum) < 1e-5);
    assert.ok(Math.abs(two.data[1] - weights[1] / sum) < 1e-5);
  });

  it('may be all training files', () => {
    const tensors = tf.memory().numTensors;
    const [all] = knnScores({ ...args, test: matrix([[1, 0.2], [0, 1]]), neighbours: [5] }); // prettier-ignore
    assert.equal(topKAccuracy(all, Int32Array.of(0, 1), 1), 1);
    assert.equal(tf.memory().numTensors, tensors);
  });

  it('stay finite at any temperature', () => {
    const [scores] = knnScores({ ...args, test: matrix([[3, 1]]), neighbours: [3], temperature: 1e-4 });
    assert.ok(scores.data.every(Number.isFinite));
  });

  it('count for each of their classes', () => {
    const several = [[0, 1], [0], [1], [], [1]];
    const [scores] = knnScores({ ...args, labels: several, test: matrix([[1, 0]]), neighbours: [1] });
    assert.deepEqual([...scores.data], [1, 1]);
  });
});

describe('retrieval', () => {
  it('finds pairs by a learnt map where features turn and mix, and not without it', () => {
    const random = RandomStream.fromSeed('pairs');
    const turn = Array.from({ length: 36 }, () => random.normal());
    const pairs = (rows: number) => {
      const video = Array.from({ length: rows }, () => Array.from({ length: 6 }, () => 3 + random.normal()));
      const audio = video.map((v) => Array.from({ length: 6 }, (_, j) => v.reduce((sum, x, i) => sum + x * turn[6 * i + j], random.normal(0, 0.01)))); // prettier-ignore
      return { video: matrix(video), audio: matrix(audio) };
    };
    const train = pairs(200);
    const test = pairs(40);
    const learnt = centreColumns(train.video, train.audio);
    const recall = (method: 'ridge' | 'centred', from: 'video' | 'audio', to: 'video' | 'audio') =>
      recallAt(
        crossModalScores({
          learnt,
          from: { modality: from, features: test[from] },
          to: { modality: to, features: test[to] },
          method,
          ridge: 1e-3,
        }),
        1,
        (row, column) => row === column,
      );
    assert.ok(recall('ridge', 'audio', 'video') > 0.9);
    assert.ok(recall('ridge', 'video', 'audio') > 0.9);
    assert.ok(recall('centred', 'audio', 'video') < 0.3);
  });

  it('counts a hit among the k best, and ties against it', () => {
    const scores = matrix([[0.9, 0.5, 0.1], [0.3, 0.2, 0.1], [0.5, 0.5, 0.5]]); // prettier-ignore
    const own = (row: number, column: number) => row === column;
    assert.deepEqual([1, 2, 3].map((k) => recallAt(scores, k, own)), [1 / 3, 2 / 3, 1]); // prettier-ignore
    assert.equal(
      recallAt(scores, 1, () => true),
      1,
    );
    assert.equal(
      recallAt(scores, 3, () => false),
      0,
    );
  });
});

describe('few labels', () => {
  const entries = Array.from({ length: 60 }, (_, i) => ({
    path: `/${i}`,
    label: i < 50 ? 'many' : 'few',
    split: null,
  }));
  const dataset = {
    name: 'folder',
    root: '/',
    entries,
    classes: ['few', 'many'],
    multiLabel: false,
    modalities: [],
    folds: [],
  };
  const fold = { name: '1', train: [...entries.keys()], test: [] };
  const draw = (share: number, number: number, seed = 0) => drawFiles({ dataset, seed }, fold, share, number);

  it('are a share of each class, at least one', () => {
    const count = (share: number, label: string) =>
      draw(share, 0).filter((entry) => entry.label === label).length;
    assert.deepEqual([count(0.1, 'many'), count(0.1, 'few')], [5, 1]);
    assert.deepEqual([count(0.01, 'many'), count(0.01, 'few')], [1, 1]);
    assert.equal(draw(1, 0).length, 60);
  });

  it('say where two shares come to the same', () => {
    const of = (count: number, shares: readonly number[]): string[] => {
      const folds = [{ ...fold, train: fold.train.slice(50 - count, 50 + count) }];
      return equalShares({ dataset: { ...dataset, folds }, seed: 0 }, shares);
    };
    assert.deepEqual(of(10, [0.01, 0.1, 0.5]), [
      '1% and 10% of fold 1 are as many files, 2 with at least one of each class: their figures differ by the draw alone.',
    ]);
    assert.deepEqual(of(1, [0.01, 0.1]), [
      '1% and 10% of fold 1 are the same 2 files, so their figures are the same.',
    ]);
    assert.deepEqual(of(10, [0.1, 0.5]), []);
  });

  it('are drawn by seed and number', () => {
    assert.deepEqual(draw(0.1, 1), draw(0.1, 1));
    assert.notDeepEqual(draw(0.1, 1), draw(0.1, 2));
    assert.notDeepEqual(draw(0.1, 1), draw(0.1, 1, 7));
  });
});

describe('SVM of a fold', function () {
  this.timeout(60_000);
  const random = RandomStream.fromSeed('fold');
  const centres = Array.from({ length: 3 }, () => Array.from({ length: 4 }, () => random.normal()));
  const files = (count: number, each: number) => {
    const entries = Array.from({ length: count }, (_, i) => ({
      path: `/${count}/${i}`,
      label: 'abc'[i % 3],
      split: null,
    }));
    const rows = entries.flatMap(({ label }) => Array.from({ length: each }, () => centres['abc'.indexOf(label)].map((x) => x + random.normal(0, 0.5)))); // prettier-ignore
    return { entries, rows: rowsInMemory(matrix(rows)), skipped: [] };
  };
  const settings = { costs: [0.001, 1], costChoice: 'validation', validationFolds: 3, iterations: 1000, tolerance: 1e-3 } as const; // prettier-ignore
  const list = { classes: ['a', 'b', 'c'], multiLabel: false };

  it('averages the decisions of the clips and chooses the cost by validation or test, as asked', async () => {
    const tensors = tf.memory().numTensors;
    const [train, test] = [files(30, 4), files(24, 9)];
    const args = { train, test, list, seed: 0 };
    const own = await svmFold({ ...args, settings: { ...settings, costs: [...settings.costs] } });
    assert.equal(own.choice, 'cross-validation');
    assert.ok(own.chosen.test.top1 > 0.8);
    assert.deepEqual([own.scores.rows, own.scores.columns], [24, 3]);
    const best = Math.max(...own.tried.map(({ validation }) => validation!.top1));
    assert.equal(own.chosen.validation!.top1, best);
    const published = await svmFold({
      ...args,
      settings: { ...settings, costs: [...settings.costs], costChoice: 'test' },
    });
    assert.equal(published.choice, 'best on the test files');
    assert.equal(published.chosen.test.top1, Math.max(...published.tried.map(({ test }) => test.top1)));
    published.tried.forEach(({ test }, i) => assert.deepEqual(test, own.tried[i].test));
    assert.equal(tf.memory().numTensors, tensors);
  });

  it('holds back all clips of a file together: labels without meaning stay at chance', async () => {
    const noise = files(60, 5);
    const shuffled = noise.entries.map((entry, i) => ({ ...entry, label: 'abc'[(i * 7 + (i >> 2)) % 3] }));
    const rows = rowsInMemory(matrix(shuffled.flatMap((_, i) => Array.from({ length: 5 }, () => Array.from({ length: 40 }, (_, j) => Math.sin((i + 1) * (j + 1) * 12.9898) + random.normal(0, 0.01)))))); // prettier-ignore
    const train = { entries: shuffled, rows, skipped: [] };
    const { chosen } = await svmFold({
      train,
      test: train,
      list,
      settings: { ...settings, costs: [1, 10] },
      seed: 0,
    });
    assert.equal(chosen.test.top1, 1, 'it knows by heart what it has seen');
    assert.ok(chosen.validation!.top1 < 0.6, `${chosen.validation!.top1} of what it has not`);
  });
});

describe('features of a fold', () => {
  it('are the rows of its files in their order', () => {
    const entries = [0, 1, 2].map((i) => ({ path: `/${i}`, label: 'a', split: null }));
    const rows = rowsInMemory(matrix([0, 1, 2, 3, 4, 5].map((i) => [i, -i])));
    const some = selectFiles({ entries, rows, skipped: [] }, [entries[2], entries[0]]);
    assert.deepEqual([...some.rows.read(0, 4)], [4, -4, 5, -5, 0, -0, 1, -1]);
    assert.deepEqual([...some.rows.read(1, 2)], [5, -5, 0, -0]);
    assert.throws(
      () => selectFiles({ entries, rows, skipped: [] }, [{ ...entries[0] }]),
      /None of the 1 files of a fold/,
    );
  });
});

function matrix(rows: readonly (readonly number[])[]): FeatureMatrix {
  return { data: Float32Array.from(rows.flat()), rows: rows.length, columns: rows[0].length };
}
