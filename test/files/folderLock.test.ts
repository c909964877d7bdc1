import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from 'xkd';
import { FolderLock, type FolderLockArgs } from 'xkd/dist/files/locks/folderLock';
import { endedOwner, livingOwner, ownerElsewhere } from '../support/owners';

describe('FolderLock', function () {
  this.timeout(300_000);
  let folder: string;
  beforeEach(() => (folder = fs.mkdtempSync(join(tmpdir(), 'xkd-lock-'))));
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  const path = () => join(folder, 'run.lock');
  const take = (args: Partial<FolderLockArgs> = {}) =>
    FolderLock.take({ folder, name: 'run.lock', doing: 'is training in', ...args });
  const refused = (pattern: RegExp) => (error: unknown) =>
    error instanceof UserError && pattern.test(error.message);

  it('is held by one call at a time, also of those in one process', async () => {
    const calls = await Promise.allSettled(Array.from({ length: 20 }, () => take()));
    const taken = calls.flatMap((call) => (call.status === 'fulfilled' ? [call.value] : []));
    assert.equal(taken.length, 1);
    for (const call of calls) {
      if (call.status === 'rejected')
        assert.match(String(call.reason), /is training in ".*" just now; wait for it or end it\.$/);
    }
    taken[0].requireHeld();
    taken[0].release();
    assert.deepEqual(fs.readdirSync(folder), []);
  });

  it('is given by one process to another call of it only where that asks for it, and the first notices', async () => {
    const first = await take();
    await assert.rejects(take(), refused(/Process \d+ is training in/));
    const second = await take({ again: true });
    assert.throws(() => first.requireHeld(), refused(/was taken over by another call or process/));
    first.release();
    second.requireHeld();
    second.release();
    assert.ok(!fs.existsSync(path()));
  });

  it('is refused while its process lives, and free at once when that was killed', async () => {
    const { text, child } = await livingOwner();
    fs.writeFileSync(path(), `${text} here\n`);
    await assert.rejects(take({ again: true }), refused(new RegExp(`^Process ${child.pid} is training in`)));
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await ended;
    (await take({ silentMs: Infinity })).release();
  });

  it('of another machine or container counts while it shows life', async () => {
    fs.writeFileSync(path(), `${ownerElsewhere()} far\n`);
    const notes: string[] = [];
    const beat = setInterval(() => fs.utimesSync(path(), new Date(), new Date()), 20);
    await assert.rejects(
      take({ report: (sentence) => notes.push(sentence) }),
      refused(/^Process \d+ on far, or in a container there, is training in ".*" just now/),
    );
    clearInterval(beat);
    assert.match(
      notes.join(),
      /^".*" was in use on far a moment ago: waiting for a sign of life from there\.$/,
    );
    (await take({ silentMs: 600 })).release();
  });

  it('that is old, empty or of an earlier version is taken over without a wait', async () => {
    for (const text of [`${ownerElsewhere()} far\n`, '', '1234']) {
      fs.writeFileSync(path(), text);
      fs.utimesSync(path(), new Date(0), new Date(0));
      (await take()).release();
    }
    fs.writeFileSync(path(), `${endedOwner()} here\n`);
    (await take()).release();
  });

  it('shows life while its process computes', async () => {
    const program = `
      const { FolderLock } = require(${JSON.stringify(require.resolve('xkd/dist/files/locks/folderLock'))});
      const { statSync } = require('node:fs');
      FolderLock.take({ folder: ${JSON.stringify(folder)}, name: 'run.lock', doing: 'computes in' }).then((lock) => {
        const time = () => statSync(${JSON.stringify(path())}).mtimeMs;
        const startMs = performance.now();
        for (const first = time(); time() === first && performance.now() - startMs < 120000;);
        console.log(performance.now() - startMs < 120000);
        lock.release();
      });`;
    assert.equal(spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' }).stdout, 'true\n');
    assert.deepEqual(fs.readdirSync(folder), []);
  });
});
