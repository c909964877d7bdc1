import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { listCheckpoints, makeSampleSet } from 'xkd/internal';
import { root, until } from './support';

/** Programs in `tools` run scripts as npm does. */
const npm = ['npm', 'run', '--silent', 'xkd', '--'];
const script = [process.execPath, path.join(root, 'scripts', 'xkd.mjs')];
const patience = 120;

describe('kill -9', function () {
  this.timeout(600_000);
  let folder: string;
  const started: ChildProcess[] = [];
  before(() => (folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'xkd-killed-')))));
  after(() => {
    for (const child of started) child.kill('SIGKILL');
    fs.rmSync(folder, { recursive: true, force: true });
  });

  const start = (command: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess => {
    const [program, ...words] = command;
    const child = spawn(program, words, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    started.push(child);
    return child;
  };
  const kill = async (child: ChildProcess): Promise<void> => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };

  /** A command that runs a program with {@link runInForeground}. The program writes what happens to it to a file. */
  async function startWrapped(
    name: string,
    body: string,
  ): Promise<{ wrapper: ChildProcess; log: () => string }> {
    const log = path.join(folder, `${name}.log`);
    const foreground = path.join(root, 'scripts', 'commands', 'foreground.mjs');
    const program = `const say = (text) => require('node:fs').appendFileSync(${JSON.stringify(log)}, text + '\\n'); ${body}; say('begins ' + process.pid); setInterval(() => {}, 1000);`;
    const code = `import(${JSON.stringify(foreground)}).then((m) => m.runInForeground(process.execPath, ['-e', ${JSON.stringify(program)}, ${JSON.stringify(folder)}]))`;
    const wrapper = start([process.execPath, '-e', code]);
    const read = () => (fs.existsSync(log) ? fs.readFileSync(log, 'utf8') : '');
    await until(() => read().includes('begins'), patience);
    return { wrapper, log: read };
  }

  it('of a command asks its program to end, with the processes of its group', async () => {
    const { wrapper, log } = await startWrapped(
      'asked',
      "const { spawn } = require('node:child_process'); say('child ' + spawn('sleep', ['600']).pid); process.on('SIGTERM', () => { say('asked'); process.exit(); })",
    );
    await kill(wrapper);
    await until(() => log().includes('asked'), patience);
    const ids = [...log().matchAll(/(?:child|begins) (\d+)/g)].map(([, id]) => Number(id));
    assert.equal(ids.length, 2);
    await until(() => ids.every((id) => !runs(id)), patience);
  });

  it('of the program ends the processes of its group', async () => {
    const { log } = await startWrapped(
      'leader',
      "const { spawn } = require('node:child_process'); say('child ' + spawn('sleep', ['600']).pid)",
    );
    const [child, leader] = [/child (\d+)/, /begins (\d+)/].map((id) => Number(id.exec(log())![1]));
    process.kill(leader, 'SIGKILL');
    await until(() => !runs(child), patience);
  });

  it('of a command ends a program that does not listen, after a while', async () => {
    const guard = path.join(root, 'scripts', 'process', 'guard.mjs');
    const code = `import(${JSON.stringify(guard)}).then((m) => {
      const child = require('node:child_process').spawn('sh', ['-c', 'trap "" TERM; echo ready; while :; do sleep 1; done'], { detached: true });
      child.stdout.once('data', () => console.log(child.pid));
      m.endWithUs(child, { detached: true, graceSeconds: 1 });
    })`;
    const wrapper = start([process.execPath, '-e', code]);
    const id = Number(String((await once(wrapper.stdout!, 'data'))[0]));
    await kill(wrapper);
    await until(() => !runs(id), patience);
  });

  it('leaves alone what ended before its command did', async () => {
    const guard = path.join(root, 'scripts', 'process', 'guard.mjs');
    const code = `import(${JSON.stringify(guard)}).then((m) => m.endWithUs(require('node:child_process').spawn('true')))`;
    const wrapper = start([process.execPath, '-e', code]);
    const [status] = (await once(wrapper, 'exit')) as [number];
    assert.equal(status, 0);
    await until(() => !commands().some((line) => line.includes(`guard ${String(wrapper.pid)}`)), patience);
  });

  describe('of a training run', () => {
    let data: string;
    before(async () => {
      data = path.join(folder, 'sample');
      await makeSampleSet({ out: data, train: 16, test: 0, workers: 2 });
    });
    const small = ['encoder.depth=1', 'decoder.depth=1', 'training.batch=8', 'loader.workers=1'];
    const pretrain = (out: string, ...more: string[]) => [
      'pretrain',
      '--data',
      data,
      '--out',
      out,
      '--eager',
      ...small,
      'optimiser.warmupEpochs=1',
      ...more,
    ];
    const endless = ['training.steps=100000', 'training.checkpointSteps=2'];

    for (const [what, command] of [
      ['npm', npm],
      ['the script', script],
    ] as const) {
      it(`by ${what} ends it, and the next start goes on from its last checkpoint`, async () => {
        const out = path.join(folder, `run of ${what}`);
        const child = start([...command, ...pretrain(out, ...endless)]);
        await until(() => listCheckpoints(out).length > 0, patience);
        const training = () =>
          commands().filter((line) => line.includes('cli/main.js') && line.includes(out));
        assert.equal(training().length, 1);
        await kill(child);
        await until(() => training().length === 0, patience);
        await until(() => !commands().some((line) => line.includes(out)), patience);
        const [newest] = listCheckpoints(out);
        const resumed = start([...script, ...pretrain(out, ...endless, '--resume')]);
        await until(() => listCheckpoints(out)[0] > newest, patience);
        await kill(resumed);
        await until(() => training().length === 0, patience);
      });
    }
  });

  it('of npm start ends JupyterLab and its kernels', async () => {
    const token = 'of-this-test';
    const port = await freePort();
    const words = [
      '--no-browser',
      `--port=${port}`,
      `--IdentityProvider.token=${token}`,
      `--ServerApp.root_dir=${folder}`,
    ];
    const child = start([process.execPath, path.join(root, 'scripts', 'start.mjs'), ...words]);
    const api = (method = 'GET') =>
      fetch(`http://127.0.0.1:${port}/api/kernels?token=${token}`, {
        method,
        ...(method === 'POST' && { body: '{"name": "tslab"}' }),
      });
    let kernel: { id: string } | undefined;
    for (let i = 0; i < 600 && kernel === undefined; i++) {
      await new Promise((go) => setTimeout(go, 200));
      kernel = await api('POST').then(
        async (reply) => (reply.ok ? ((await reply.json()) as { id: string }) : undefined),
        () => undefined,
      );
    }
    const processes = () =>
      commands().filter((line) => line.includes(kernel!.id) || line.includes(`--port=${port}`));
    await until(() => processes().some((line) => line.includes(kernel!.id)), patience);
    assert.ok(processes().length >= 2);
    await kill(child);
    await until(() => processes().length === 0, patience);
  });
});

/** Command lines of all processes. */
function commands(): string[] {
  return execFileSync('ps', ['-A', '-ww', '-o', 'stat=,command='], { encoding: 'utf8', maxBuffer: 2 ** 26 })
    .split('\n')
    .filter((line) => !line.startsWith('Z'));
}

function runs(id: number): boolean {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,stat='], { encoding: 'utf8' }).split('\n');
  return lines.some((line) => line.trim().split(/\s+/)[0] === String(id) && !/\bZ/.test(line));
}

async function freePort(): Promise<number> {
  const { createServer } = await import('node:net');
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
