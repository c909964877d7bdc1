import assert from 'node:assert/strict';
import { checkDataset, UserError, withHoldout, type Dataset } from 'xkd/internal';

const entries = ['a', 'a', 'a', 'b', 'b', 'b'].map((label, i) => ({
  path: `/set/${i}.mp4`,
  label,
  split: null,
}));
const set: Dataset = {
  name: 'folder',
  root: '/set',
  entries,
  classes: ['a', 'b'],
  multiLabel: false,
  modalities: ['video', 'audio'],
  folds: [{ name: '1', train: [0, 1, 3, 4], test: [2, 5] }],
};

describe('what a protocol needs of a data set', () => {
  const folds = (train: number[], test: number[]) => ({ folds: [{ name: '2', train, test }] });
  const wrong: [string, Partial<Dataset>, RegExp][] = [
    [
      'a modality that its files lack',
      { modalities: ['video'] },
      /hold no audio, only video: add --modality video/,
    ],
    [
      'no folds',
      { folds: [] },
      /does not say what to learn from .*: add --holdout 0\.2, or a column "split"/,
    ],
    [
      'splits of other names',
      { folds: [], entries: entries.map((entry, i) => ({ ...entry, split: i < 3 ? 'one' : 'two' })) },
      /\(it has the splits one, two\): name its splits train and test\.$/,
    ],
    ['a fold that learns from nothing', folds([], [2]), /Fold "2" of \/set has no files to learn from;/],
    ['a fold that tests nothing', folds([0, 3], []), /Fold "2" of \/set has no files to test on;/],
    [
      'one class only',
      folds([0, 1], [2]),
      /in fold "2" of \/set are of one class \("a"\); a classifier needs/,
    ],
    [
      'a class that is tested and not learnt',
      { ...folds([0, 3], [5]), entries: [...entries.slice(0, 5), { ...entries[5], label: 'c' }] },
      /The class "c" of \/set\/5\.mp4 is tested in fold "2" but not learnt from/,
    ],
    [
      'files without labels',
      { entries: entries.map((entry) => ({ ...entry, label: null })) },
      /\/set\/0\.mp4 has no label, .*: add a column "label"/,
    ],
    [
      'several labels of one class',
      { multiLabel: true, classes: ['a'] },
      /^All 6 files of .* are of one class \("a"\); a classifier/,
    ],
  ];
  for (const [what, change, message] of wrong) {
    it(`is refused in one sentence: ${what}`, () => {
      assert.throws(
        () => checkDataset({ ...set, ...change }, 'both'),
        (error) => error instanceof UserError && message.test(error.message) && !error.message.includes('\n'),
      );
    });
  }

  it('of retrieval are pictures with their sound', () => {
    const needs = { labels: false, pairs: true };
    assert.throws(
      () => checkDataset({ ...set, modalities: ['video'] }, 'both', needs),
      /hold no audio, only video: retrieval needs both, so give other files\.$/,
    );
  });

  it('is there where it is there; labels only where they are needed', () => {
    checkDataset(set, 'both');
    const unlabelled = { ...set, entries: entries.map((entry) => ({ ...entry, label: null })) };
    checkDataset(unlabelled, 'both', { labels: false });
  });

  it('may be made by holding out a share of each class', () => {
    const { folds } = withHoldout({ ...set, folds: [] }, 0.3, 1);
    assert.deepEqual([folds[0].train.length, folds[0].test.length], [4, 2]);
    assert.deepEqual(folds[0].test.map((place) => entries[place].label), ['a', 'b']); // prettier-ignore
    assert.deepEqual(withHoldout({ ...set, folds: [] }, 0.3, 1).folds, folds);
    assert.throws(() => withHoldout(set, 0.3, 1), /says itself what to test on; leave out --holdout/);
    assert.equal(withHoldout(set, undefined, 1), set);
  });
});
