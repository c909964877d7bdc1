import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

const ownerFile = resolve('lib/dist/files/owner.js');
const program = `const { newOwner, ownerText } = require(${JSON.stringify(ownerFile)}); process.stdout.write(ownerText(newOwner()));`;

/** The text of an owner whose process has ended. */
export function endedOwner(): string {
  return spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' }).stdout;
}

/** The text of an owner whose process runs until it is killed. */
export async function livingOwner(): Promise<{ text: string; child: ChildProcess }> {
  const child = spawn(process.execPath, ['-e', `${program} setInterval(() => {}, 1000);`]);
  const [text] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  return { text, child };
}

/** The text of an owner on another machine, or in another container, with the same number of its process. */
export function ownerElsewhere(text = endedOwner()): string {
  return text.replace(/^\w+/, '0123456789ab');
}
