import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

const ownerFile = require.resolve('xkd/dist/files/locks/owner');
const program = `const { newOwner, ownerText } = require(${JSON.stringify(ownerFile)}); process.stdout.write(ownerText(newOwner()));`;

/** The owner text of a process that has ended. */
export function endedOwner(): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout;
}

/** The owner text of a process that runs until it is killed. */
export async function livingOwner(): Promise<{ text: string; child: ChildProcess }> {
  const child = spawn(process.execPath, ['-e', `${program} setInterval(() => {}, 1000);`]);
  const [text] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  return { text, child };
}

/** The owner text of a process with the same process id on another machine, or in another container. */
export function ownerElsewhere(text = endedOwner()): string {
  return text.replace(/^\w+/, '0123456789ab');
}
