import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { openDataset, UserError } from 'xkd';
import { temporaryFolder } from '../media/fixtures';

describe('openDataset', function () {
  this.timeout(300_000);
  const file = temporaryFolder();
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(file(name)), { recursive: true });
    writeFileSync(file(name), text);
  };

  it('reads an index', async () => {
    write(
      'indexed/index.csv',
      'path,label,split,seed\na/1.mp4,oak,train,1\na/2.mp4,brass,test,2\n/else/3.mp4,oak,test,3\n',
    );
    const dataset = await openDataset(file('indexed'));
    assert.equal(dataset.root, file('indexed'));
    assert.deepEqual(dataset.classes, ['brass', 'oak']);
    assert.deepEqual(dataset.entries, [
      { path: file('indexed/a/1.mp4'), label: 'oak', split: 'train' },
      { path: file('indexed/a/2.mp4'), label: 'brass', split: 'test' },
      { path: '/else/3.mp4', label: 'oak', split: 'test' },
    ]);
    const test = await openDataset(file('indexed'), { splits: ['test'] });
    assert.deepEqual(
      test.entries.map(({ label }) => label),
      ['brass', 'oak'],
    );
    await assert.rejects(
      openDataset(file('indexed'), { splits: ['val'] }),
      /no split "val": choose from test, train/,
    );
  });

  it('keeps labels that look like numbers, and rows without a label', async () => {
    write('numbers/index.csv', 'path,label\n1.mp4,007\n2.mp4,\n');
    const { entries } = await openDataset(file('numbers'));
    assert.deepEqual(
      entries.map(({ split }) => split),
      [null, null],
    );
    assert.equal(entries[1].label, null);
    assert.equal(entries[0].label, '007');
  });

  it('finds videos in a tree, with their folders as classes', async () => {
    for (const name of [
      'tree/dog/b.MP4',
      'tree/dog/a.webm',
      'tree/cat/c.avi',
      'tree/top.mkv',
      'tree/dog/notes.txt',
    ]) {
      write(name, 'x');
    }
    const { entries, classes } = await openDataset(file('tree'));
    assert.deepEqual(classes, ['cat', 'dog']);
    assert.deepEqual(
      entries.map(({ path, label }) => [path, label]),
      [
        [file('tree/cat/c.avi'), 'cat'],
        [file('tree/dog/a.webm'), 'dog'],
        [file('tree/dog/b.MP4'), 'dog'],
        [file('tree/top.mkv'), null],
      ],
    );
    await assert.rejects(
      openDataset(file('tree'), { splits: ['test'] }),
      /no split "test": it has no splits/,
    );
  });

  it('finds transport streams by what they hold, as TypeScript files have the same ending', async () => {
    const packets = (bytes: number, syncAt: number): string => {
      const stream = Buffer.alloc(8 * bytes);
      for (let at = syncAt; at < stream.length; at += bytes) stream[at] = 0x47;
      return stream.toString('latin1');
    };
    write('streams/talk/recorder.ts', packets(188, 0));
    write('streams/talk/cut.ts', packets(188, 0).slice(100));
    write('streams/talk/camera.MTS', packets(192, 4));
    write('streams/walk/disc.vob', 'x');
    write('streams/walk/loader.ts', "import { open } from 'node:fs';\n".repeat(20));
    const { entries } = await openDataset(file('streams'));
    assert.deepEqual(
      entries.map(({ path }) => path),
      ['talk/camera.MTS', 'talk/cut.ts', 'talk/recorder.ts', 'walk/disc.vob'].map((name) =>
        file(`streams/${name}`),
      ),
    );
  });

  it('finds sounds where there are no videos', async () => {
    for (const name of [
      'sounds/rain/1.wav',
      'sounds/rain/2.FLAC',
      'sounds/sea/3.ogg',
      'mixed/1.mp4',
      'mixed/1.wav',
    ]) {
      write(name, 'x');
    }
    const sounds = await openDataset(file('sounds'));
    assert.deepEqual(sounds.modalities, ['audio']);
    assert.deepEqual(
      sounds.entries.map(({ label }) => label),
      ['rain', 'rain', 'sea'],
    );
    const mixed = await openDataset(file('mixed'));
    assert.deepEqual(mixed.modalities, ['video', 'audio']);
    assert.deepEqual(
      mixed.entries.map(({ path }) => path),
      [file('mixed/1.mp4')],
    );
  });

  it('makes one fold of train and test', async () => {
    write('folds/index.csv', 'path,split\n1.mp4,test\n2.mp4,train\n3.mp4,val\n4.mp4,train\n');
    const { folds } = await openDataset(file('folds'));
    assert.deepEqual(folds, [{ name: 'default', train: [1, 3], test: [0], validation: [2] }]);
    assert.deepEqual((await openDataset(file('folds'), { splits: ['train', 'val'] })).folds, [
      { name: 'default', train: [0, 2], test: [1] },
    ]);
    assert.deepEqual((await openDataset(file('folds'), { splits: ['train'] })).folds, []);
  });

  it('says what is wrong', async () => {
    write('none/readme.txt', 'no videos');
    write('columns/index.csv', 'file,label\n1.mp4,oak\n');
    write('hole/index.csv', 'path,label\n1.mp4,oak\n,oak\n');
    write('headed/index.csv', 'path,label\n');
    const cases: [root: string, message: RegExp][] = [
      ['missing', /data set .*missing does not exist: check the path/],
      ['none/readme.txt', /is a file: give the folder/],
      ['none', /There are no videos or sounds in .*none/],
      ['columns', /index\.csv has no column "path" \(it has file, label\)/],
      ['hole', /names no file in row 3/],
      ['headed', /index\.csv names no clips|could not be read/],
    ];
    for (const [root, message] of cases) {
      await assert.rejects(openDataset(file(root)), (error: unknown) => {
        assert.ok(error instanceof UserError, String(error));
        assert.match(error.message, message);
        return true;
      });
    }
  });
});
