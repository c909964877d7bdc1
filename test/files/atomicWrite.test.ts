import assert from 'node:assert/strict';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeAbandonedFiles, UserError, writeFileAtomic } from 'xkd/internal';
import { newOwner, ownerText } from 'xkd/dist/files/locks/owner';
import { withFailing } from '../support/failingCalls';
import { endedOwner, ownerElsewhere } from '../support/owners';

describe('writeFileAtomic', () => {
  let folder: string;
  beforeEach(() => (folder = fs.mkdtempSync(join(tmpdir(), 'xkd-atomic-'))));
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  it('writes text, bytes and chunks, and leaves nothing else behind', () => {
    const path = join(folder, 'a.txt');
    for (const content of ['old', Buffer.from('bytes'), [Buffer.from('two '), Buffer.from('chunks')]]) {
      writeFileAtomic(path, content);
    }
    assert.equal(fs.readFileSync(path, 'utf8'), 'two chunks');
    assert.deepEqual(fs.readdirSync(folder), ['a.txt']);
  });

  const failures = [
    ['ENOSPC', 'writeSync', /no disk space left to write ".*a\.txt"/],
    ['EACCES', 'openSync', /no permission to write/],
    ['EROFS', 'openSync', /read-only file system/],
  ] as const;
  for (const [code, call, message] of failures) {
    it(`keeps the old file and removes its temporary one at ${code}`, () => {
      const path = join(folder, 'a.txt');
      fs.writeFileSync(path, 'old');
      withFailing(call, code, () => {
        assert.throws(
          () => writeFileAtomic(path, 'new'),
          (error) => error instanceof UserError && message.test(error.message),
        );
      });
      assert.equal(fs.readFileSync(path, 'utf8'), 'old');
      assert.deepEqual(fs.readdirSync(folder), ['a.txt']);
    });
  }

  it('keeps the old file when the content fails half-way', () => {
    const path = join(folder, 'a.txt');
    fs.writeFileSync(path, 'old');
    const failing = function* () {
      yield Buffer.from('new');
      throw new Error('no more');
    };
    assert.throws(() => writeFileAtomic(path, failing()), /no more/);
    assert.equal(fs.readFileSync(path, 'utf8'), 'old');
    assert.deepEqual(fs.readdirSync(folder), ['a.txt']);
  });

  it('names a missing folder', () => {
    assert.throws(
      () => writeFileAtomic(join(folder, 'none', 'a.txt'), ''),
      (error) => error instanceof UserError && /There is no folder ".*none"/.test(error.message),
    );
  });

  it('removes what a killed process left of this file, and nothing of a living one', () => {
    const abandoned = `.a.txt.${endedOwner()}.partial`;
    const living = `.a.txt.${ownerText(newOwner())}.partial`;
    for (const name of [abandoned, living]) fs.writeFileSync(join(folder, name), 'half');
    writeFileAtomic(join(folder, 'a.txt'), 'whole');
    assert.deepEqual(fs.readdirSync(folder).sort(), [living, 'a.txt']);
  });

  it('lets a function fill the file and go back to what it wrote', () => {
    const path = join(folder, 'a.txt');
    writeFileAtomic(path, (file) => {
      file.append(Buffer.from('????'));
      file.append(Buffer.from(' end'));
      file.overwrite(1, Buffer.from('00'));
      file.append(Buffer.from('.'));
    });
    assert.equal(fs.readFileSync(path, 'utf8'), '?00? end.');
  });

  it('clears a folder of what is abandoned, and of nothing else', () => {
    const earlier = newOwner();
    const abandoned = [
      `.a.${endedOwner()}.partial`,
      // From an earlier process with our process id, as in a restarted container.
      `.b.${ownerText({ ...earlier, started: `${earlier.started}0` })}.partial`,
      `.c.${ownerElsewhere()}.partial`,
    ];
    const kept = [
      `.d.${ownerText(newOwner())}.partial`,
      `.e.${ownerElsewhere(ownerText(newOwner()))}.partial`,
      '.e.other-1.partial',
      '.partial',
      'f.partial',
      'g',
    ];
    for (const name of [...abandoned, ...kept]) fs.writeFileSync(join(folder, name), 'half');
    fs.utimesSync(join(folder, abandoned[2]), new Date(0), new Date(0));
    removeAbandonedFiles(folder);
    assert.deepEqual(fs.readdirSync(folder).sort(), [...kept].sort());
  });
});
