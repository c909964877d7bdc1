import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ordinaryClip, temporaryFolder } from '../media/fixtures';

/** A program that loads clips which decode slowly, and then ends in one of the ways in which a run can end. */
const program = (folder: string, ending: string): string => `
  const { configure } = require('xkd/dist/config');
  const { openLoader } = require('xkd/dist/data/loader/loader');
  const entries = Array.from({ length: 8 }, (_, i) => ({ path: ${JSON.stringify(folder)} + '/' + i + '.mp4', label: null, split: null }));
  const config = configure('nano', { 'training.batch': 8, 'loader.workers': 2 });
  (async () => {
    const loader = await openLoader({ entries, config });
    const batch = loader.next();
    batch.catch(() => undefined);
    await new Promise((go) => process.stdin.once('data', go));
    process.stdin.destroy();
    ${ending}
  })();
`;

describe('a loader leaves nothing behind', function () {
  this.timeout(300_000);
  if (!existsSync('/proc/self/cmdline')) {
    it('(checked where there is /proc)');
    return;
  }
  const file = temporaryFolder();

  before(() => {
    ordinaryClip(file('0.mp4'), 25, { size: '640x480' });
    for (let i = 1; i < 8; i++) copyFileSync(file('0.mp4'), file(`${i}.mp4`));
  });

  const endings: [name: string, code: string, signal: NodeJS.Signals | null][] = [
    ['closing', 'await loader.close();', null],
    ['process.exit', 'process.exit(0);', null],
    ['an error', "throw new Error('some defect');", null],
    ['an interrupt', 'await batch;', 'SIGINT'],
    ['being killed', 'await batch;', 'SIGKILL'],
  ];
  for (const [name, code, signal] of endings) {
    it(`after ${name}`, async () => {
      const path = file(`${name.replaceAll(' ', '-')}.js`);
      writeFileSync(path, program(file(''), code));
      const env = { ...process.env, NODE_PATH: join(__dirname, '../../../node_modules') };
      const child = spawn(process.execPath, [path], { env, stdio: ['pipe', 'ignore', 'pipe'] });
      let errors = '';
      child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
      try {
        const decoders = (): number[] =>
          descendants(child.pid!).filter((pid) => commandLine(pid).includes('decoderProcess'));
        await eventually(() => decoders().length > 0, 'nothing is decoded');
        const started = descendants(child.pid!);
        if (signal) child.kill(signal);
        else child.stdin.write('go\n');
        await ended(child);
        const left = (): number[] =>
          [...started, ...processesWith(file(''))].filter((pid) => commandLine(pid) !== '');
        await eventually(() => left().length === 0, 'processes are left');
        if (name !== 'an error') assert.equal(errors, '');
      } finally {
        child.kill('SIGKILL');
      }
    });
  }
});

function ended(child: ChildProcess): Promise<unknown> {
  return child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((done) => child.once('exit', done));
}

/** Running processes that have a path on their command line or a file below it open. */
function processesWith(path: string): number[] {
  return processes().filter(
    (pid) => commandLine(pid).includes(path) || openFiles(pid).some((name) => name.startsWith(path)),
  );
}

/** The processes that a process has started, recursively. */
function descendants(pid: number): number[] {
  const children = processes().filter((each) => parentOf(each) === pid);
  return [...children, ...children.flatMap(descendants)];
}

function processes(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .map(Number);
}

function parentOf(pid: number): number | null {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return null;
  }
}

/** Zombies have no command line. */
function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

function openFiles(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`);
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}

async function eventually(check: () => boolean, otherwise: string): Promise<void> {
  for (let i = 0; i < 400 && !check(); i++) await new Promise((done) => setTimeout(done, 50));
  assert.ok(check(), otherwise);
}
