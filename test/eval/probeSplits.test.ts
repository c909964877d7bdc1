import assert from 'node:assert/strict';
import { checkClasses, probeSplits, UserError, type Dataset, type MediaEntry } from 'xkd/internal';

const names = { train: 'train', test: 'test' };

describe('probeSplits', () => {
  it('gives the files of both splits and the sorted classes', () => {
    const { train, test, classes } = probeSplits(
      dataset('train b, train a, val a, test a, train b, train a'),
      names,
    );
    assert.equal(train.length, 4);
    assert.deepEqual(test.map(({ path }) => path), ['/clips/3.mp4']); // prettier-ignore
    assert.deepEqual(classes, ['a', 'b']);
  });

  const refused: [string, string, RegExp][] = [
    ['a data set without splits', '- a, - b', /no split "train": it has no splits; .*column "split"/],
    ['a missing test split', 'train a, train b, val a', /no split "test": it has train, val/],
    ['files without labels', 'train a, train -, test a', /needs labels, but \/clips\/1\.mp4 has none/],
    ['one class only', 'train a, train a, test a', /of one class \("a"\); a probe needs at least two/],
    [
      'a test class that is not trained',
      'train a, train b, test c',
      /class "c" of \/clips\/2\.mp4 .* not in the training split/,
    ],
    [
      'a class with one training clip',
      'train a, train a, train b, test a',
      /"b" has only one usable training clip/,
    ],
  ];
  for (const [what, entries, message] of refused) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => probeSplits(dataset(entries), names),
        (error) => error instanceof UserError && message.test(error.message),
      );
    });
  }

  it('allows a training class that is not tested', () => {
    const { train, test } = probeSplits(dataset('train a, train a, train b, train b, test b'), names);
    assert.deepEqual(checkClasses(train, test), ['a', 'b']);
  });
});

/** Files written as `split label, ...`, with `-` for none. */
function dataset(text: string): Pick<Dataset, 'root' | 'entries'> {
  const entries: MediaEntry[] = text.split(', ').map((words, i) => {
    const [split, label] = words.split(' ').map((word) => (word === '-' ? null : word));
    return { path: `/clips/${i}.mp4`, split, label };
  });
  return { root: '/clips', entries };
}
