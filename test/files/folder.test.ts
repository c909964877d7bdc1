import assert from 'node:assert/strict';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lookAt, makeFolder, readText, requireWritableFolder, UserError } from 'xkd/internal';
import { withFailing } from '../support/failingCalls';

describe('folders', () => {
  let folder: string;
  beforeEach(() => (folder = fs.mkdtempSync(join(tmpdir(), 'xkd-folder-'))));
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  const refused = (act: () => unknown, message: RegExp) =>
    assert.throws(act, (error) => error instanceof UserError && message.test(error.message));

  it('are made with those above them, and left as they are', () => {
    const path = join(folder, 'a', 'b', 'c');
    makeFolder(path);
    fs.writeFileSync(join(path, 'file'), '');
    makeFolder(path);
    assert.deepEqual(fs.readdirSync(path), ['file']);
  });

  // Two levels are missing: in that case Node's recursive mkdir reports each of these errors as a missing folder.
  for (const [code, message] of [
    ['EROFS', /is on a read-only file system; choose/],
    ['ENOSPC', /There is no disk space left/],
    ['EDQUOT', /There is no disk space left/],
    ['EACCES', /There is no permission to write/],
    ['EMFILE', /^Too many files are open at once; raise the limit \("ulimit -n 4096"/],
    ['ENFILE', /^The whole system has too many files open/],
    ['ENOMEM', /^There is not enough memory; end other programs/],
    ['EIO', /The disk of ".*", or the connection to it, fails \(EIO\)/],
  ] as const) {
    it(`keep the meaning of ${code}`, () => {
      const path = join(folder, 'runs', 'first');
      withFailing('mkdirSync', code, () => refused(() => makeFolder(path), message), join(folder, 'runs'));
      assert.deepEqual(fs.readdirSync(folder), []);
    });
  }

  it('can lie where no folder can be made, which is said', function () {
    if (process.platform !== 'linux') return this.skip();
    refused(() => makeFolder('/proc/xkd/run'), /The file system takes no folder "\/proc\/xkd\/run"/);
  });

  it('can be below a file, which is named', () => {
    fs.writeFileSync(join(folder, 'file'), '');
    refused(() => makeFolder(join(folder, 'file')), /file" is a file where a folder is needed/);
    for (const below of ['a', 'a/b'])
      refused(() => makeFolder(join(folder, 'file', below)), /file" is a file where a folder is needed/);
  });

  it('are missing only where nothing is there', () => {
    assert.equal(lookAt(join(folder, 'none')), null);
    assert.equal(lookAt(folder)?.isDirectory(), true);
    for (const [code, message] of [
      ['EACCES', /no permission to read ".*data"/],
      ['EIO', /fails \(EIO\)/],
    ] as const)
      withFailing('statSync', code, () => {
        refused(() => lookAt(join(folder, 'data')), message);
        refused(() => requireWritableFolder(join(folder, 'data')), message);
      });
  });

  it('and files that cannot be read for want of handles are no missing files', () => {
    withFailing('readFileSync', 'EMFILE', () =>
      refused(() => readText(join(folder, 'a.txt')), /^Too many files are open at once/),
    );
  });
});
