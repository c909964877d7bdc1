import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { isThisProcess, newOwner, ownerState, ownerText, parseOwner } from 'xkd/dist/files/locks/owner';
import { endedOwner, livingOwner, ownerElsewhere } from '../support/owners';

describe('an owner', function () {
  this.timeout(120_000);

  it('is another at each call, and this process each time', () => {
    const owners = Array.from({ length: 100 }, newOwner);
    assert.equal(new Set(owners.map(({ token }) => token)).size, 100);
    assert.ok(owners.every((owner) => isThisProcess(owner) && ownerState(owner) === 'runs'));
  });

  it('is read from its text, and from no other', () => {
    const owner = newOwner();
    assert.deepEqual(parseOwner(ownerText(owner)), owner);
    for (const text of ['', 'host-123', '123', `${ownerText(owner)}.partial`])
      assert.equal(parseOwner(text), null);
  });

  it('runs until its process ends, whatever ends it', async () => {
    const { text, child } = await livingOwner();
    const owner = parseOwner(text)!;
    assert.equal(ownerState(owner), 'runs');
    assert.ok(!isThisProcess(owner));
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.equal(ownerState(owner), 'has ended');
  });

  it('has ended where another process has its number now', () => {
    const owner = newOwner();
    const earlier = { ...owner, started: `${owner.started}0` };
    assert.equal(ownerState(earlier), 'has ended');
    assert.ok(!isThisProcess(earlier));
  });

  it('has ended where its parent has not looked after it', async function () {
    if (process.platform !== 'linux') this.skip();
    // The shell is replaced by a program that never waits for its children.
    const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60']);
    try {
      const [text] = (await once(parent.stdout.setEncoding('utf8'), 'data')) as [string];
      const owner = { ...newOwner(), processId: Number(text) };
      for (let i = 0; i < 600 && ownerState(owner) !== 'has ended'; i++)
        await new Promise((go) => setTimeout(go, 50));
      assert.ok(process.kill(owner.processId, 0), 'it has only to be reaped');
      assert.equal(ownerState(owner), 'has ended');
    } finally {
      parent.kill('SIGKILL');
    }
  });

  it('can not be asked elsewhere, even with the number of a process here', () => {
    assert.equal(ownerState(parseOwner(ownerElsewhere(ownerText(newOwner())))!), 'is elsewhere');
    assert.equal(ownerState(parseOwner(ownerElsewhere())!), 'is elsewhere');
    assert.equal(ownerState(parseOwner(endedOwner())!), 'has ended');
  });
});
