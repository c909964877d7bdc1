import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { freshCopy, loadScript, root, runNode, startNode, until } from './support';

interface Step {
  isDone(): boolean;
  run(line: { update(): void; expect(): void }): Promise<void>;
}

type Alone = <T>(work: () => Promise<T>, options?: { silentMs: number }) => Promise<T>;

describe('interruption', () => {
  let folder: string;
  beforeEach(() => (folder = freshCopy()));
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  it('leaves nothing that keeps the step from being repeated', async () => {
    // A Python that stops half-way through the set-up of the environment.
    const slow = path.join(folder, 'bin', 'slow-python');
    const half = path.join(folder, '.venv', 'bin');
    fs.writeFileSync(
      slow,
      `#!/bin/sh\n[ "$1" = -c ] && echo 3.12.0 && exit\nmkdir -p "${half}"; touch "${half}/python"; exec sleep 60\n`,
      { mode: 0o755 },
    );
    const { child, ended } = startNode([path.join(folder, 'scripts', 'setup.mjs')], {
      cwd: folder,
      env: { PYTHON: slow },
    });
    await until(() => fs.existsSync(path.join(half, 'python')));
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    assert.equal(code, 130);
    assert.match(stderr, /interrupted: run the command again; it continues where it stopped\.\n$/);
    assert.deepEqual(fs.readdirSync(path.join(folder, '.native')), []);

    const { pythonEnvironment } = await loadScript<{ pythonEnvironment: Step }>('setup/python.mjs', folder);
    assert.equal(pythonEnvironment.isDone(), false);
    await pythonEnvironment.run({ update: () => undefined, expect: () => undefined });
    assert.equal(pythonEnvironment.isDone(), true);
    const python = path.join(folder, '.venv', 'bin', 'python');
    assert.ok(fs.statSync(python).size > 0, 'the half-made environment was replaced');
  });

  it('by kill -9 ends what the set-up was running', async () => {
    const slow = path.join(folder, 'bin', 'slow-python');
    const number = path.join(folder, 'number');
    fs.writeFileSync(
      slow,
      `#!/bin/sh\n[ "$1" = -c ] && echo 3.12.0 && exit\necho $$ > "${number}.part"; mv "${number}.part" "${number}"; exec sleep 600\n`,
      { mode: 0o755 },
    );
    const { child, ended } = startNode([path.join(folder, 'scripts', 'setup.mjs')], {
      cwd: folder,
      env: { PYTHON: slow },
    });
    const id = await until(() => fs.existsSync(number) && Number(fs.readFileSync(number, 'utf8')), 120);
    child.kill('SIGKILL');
    await ended;
    await until(() => !isRunning(id), 120);
  });

  it('is not taken for a failure, after which a fallback would be chosen', async () => {
    const module = path.join(root, 'scripts', 'setup', 'execute.mjs');
    const program = `import(${JSON.stringify(module)}).then(async ({ execute, endRunning }) => {
      const kinds = [execute('sleep', ['60']), execute('sh', ['-c', 'kill -INT $$'])];
      setTimeout(() => endRunning(), 200);
      kinds.push(new Promise((resolve) => setTimeout(resolve, 300)).then(() => execute('true', [])));
      console.log((await Promise.allSettled(kinds)).map(({ reason }) => reason?.kind).join());
    });`;
    assert.equal((await runNode(['-e', program])).stdout, 'interrupted,interrupted,interrupted\n');
  });

  it('of a process that is gone does not lock others out', async () => {
    fs.mkdirSync(path.join(folder, '.native'));
    const lock = path.join(folder, '.native', 'setup.lock');
    const { alone } = await loadScript<{ alone: Alone }>('setup/lock.mjs', folder);
    fs.writeFileSync(lock, 'of one that was killed long ago');
    fs.utimesSync(lock, new Date(0), new Date(0));
    assert.equal(await alone(async () => 'done'), 'done');
    fs.writeFileSync(lock, 'of one that was killed just now');
    assert.equal(await alone(async () => 'done', { silentMs: 500 }), 'done');
    assert.deepEqual(fs.readdirSync(path.join(folder, '.native')), []);
  });

  it('never lets two commands set up at the same time, nor two calls of one', async () => {
    const { alone } = await loadScript<{ alone: Alone }>('setup/lock.mjs', folder);
    let busy = 0;
    const work = async (): Promise<number> => {
      const together = ++busy;
      await new Promise((done) => setTimeout(done, 100));
      busy--;
      return together;
    };
    assert.deepEqual(await Promise.all([alone(work), alone(work), alone(work)]), [1, 1, 1]);
    assert.deepEqual(fs.readdirSync(path.join(folder, '.native')), []);
  });

  it('by one Ctrl-C reaches a command once, though npm and the terminal both pass it on', async () => {
    const program = path.join(folder, 'counting.cjs');
    fs.writeFileSync(
      program,
      "let count = 0; process.on('SIGINT', () => { if (++count === 1) setTimeout(() => process.exit(40 + count), 1000); }); console.log('ready'); setInterval(() => {}, 1000);",
    );
    const wrapper = path.join(folder, 'wrapper.mjs');
    const foreground = path.join(root, 'scripts', 'commands', 'foreground.mjs');
    fs.writeFileSync(
      wrapper,
      `import { runInForeground } from ${JSON.stringify(foreground)};\nprocess.exit(await runInForeground(process.execPath, [${JSON.stringify(program)}]));`,
    );
    const { child, ended, said } = startNode([wrapper]);
    await until(() => said().includes('ready'));
    child.kill('SIGINT');
    setTimeout(() => child.kill('SIGINT'), 50);
    assert.equal((await ended).code, 41);
  });

  it('of a command by a signal shows in the exit code', async () => {
    const foreground = path.join(root, 'scripts', 'commands', 'foreground.mjs');
    const program = `import(${JSON.stringify(foreground)}).then(async (m) => process.exit(await m.runInForeground('sh', ['-c', 'kill -TERM $$'])))`;
    assert.equal((await runNode(['-e', program])).code, 143);
  });
});

function isRunning(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch {
    return false;
  }
}
