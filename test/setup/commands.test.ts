import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { freshCopy, root, runNode, startNode, until } from './support';

const script = (name: string, folder = root) => path.join(folder, 'scripts', `${name}.mjs`);

describe('commands', () => {
  const copies: string[] = [];
  const copy = () => {
    copies.push(freshCopy());
    return copies.at(-1)!;
  };
  after(() => copies.forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })));

  it('turn away an old version of Node in one sentence', async () => {
    const folder = copy();
    const pretend = path.join(folder, 'pretend.cjs');
    fs.writeFileSync(pretend, "Object.defineProperty(process, 'version', { value: 'v18.20.4' });");
    for (const name of ['start', 'test', 'doctor', 'setup', 'xkd']) {
      const { code, stdout, stderr } = await runNode(['-r', pretend, script(name)]);
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.match(stderr, /^This is Node 18\.20\.4, and .*\.\n$/);
    }
  });

  it('go on with a later version of Node, with one sentence', async () => {
    const pretend = path.join(copy(), 'pretend.cjs');
    fs.writeFileSync(pretend, "Object.defineProperty(process, 'version', { value: 'v28.1.0' });");
    const { stdout, stderr } = await runNode(['-r', pretend, script('doctor')]);
    assert.match(stdout, /✓ TensorFlow /);
    assert.match(stderr, /^This is Node 28\.1\.0, on which .* has not been tested: .*\.\n$/);
  });

  it('say in one sentence that there is no Python, and change nothing', async () => {
    const folder = copy();
    const env = { PATH: path.join(folder, 'bin'), PYTHON: undefined };
    const { code, stderr } = await runNode([script('start', folder), '--no-browser'], { cwd: folder, env });
    assert.equal(code, 1);
    const last = stderr.trim().split('\n').at(-1)!;
    assert.match(last, /^Python 3\.10 or later was not found: install it, or set PYTHON .*\.$/);
    assert.ok(!fs.existsSync(path.join(folder, '.venv')));
    assert.deepEqual(fs.readdirSync(path.join(folder, '.native')), []);
  });

  it('say which Python was too old', async () => {
    const folder = copy();
    const old = path.join(folder, 'bin', 'python3');
    fs.writeFileSync(old, '#!/bin/sh\necho 3.8.10\n', { mode: 0o755 });
    const { code, stderr } = await runNode([script('setup', folder)], {
      cwd: folder,
      env: { PATH: path.join(folder, 'bin'), PYTHON: '' },
    });
    assert.equal(code, 1);
    assert.match(stderr, /Python 3\.10 or later was not found \(python3 is 3\.8\.10\)/);
  });

  it('refuse a port in use in one sentence', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as net.AddressInfo;
    try {
      const { code, stderr } = await runNode([script('start'), '--no-browser', '--port', String(port)]);
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`^Port ${port} is in use: .*--port ${port + 1}.*\\.\\n$`));
    } finally {
      server.close();
    }
  });

  it('refuse an FFMPEG_BIN that does not run', async () => {
    const { code, stdout } = await runNode([script('doctor')], { env: { FFMPEG_BIN: '/nowhere/ffmpeg' } });
    assert.equal(code, 1);
    assert.match(stdout, /✗ ffmpeg +\/nowhere\/ffmpeg does not run\n +Set FFMPEG_BIN/);
  });

  it('refuse unknown options of npm test', async () => {
    const { code, stderr } = await runNode([script('test'), '--only', 'everything']);
    assert.equal(code, 1);
    assert.match(stderr, /^"npm test" knows only the option --only .*\n$/);
  });

  it('tell what is in use', async () => {
    const { code, stdout } = await runNode([script('doctor')]);
    assert.equal(code, 0, stdout);
    assert.match(stdout, new RegExp(`✓ Node +${process.versions.node.replaceAll('.', '\\.')},`));
    assert.match(stdout, /✓ Python +3\.\d+\.\d+/);
    assert.match(stdout, /✓ TensorFlow +\d+\.\d+\.\d+, (CPU|GPU), \d+ threads?,/);
    assert.match(stdout, /✓ ffmpeg +\S+, \//);
    assert.match(stdout, /✓ Kernel +tslab \d/);
    assert.match(stdout, /✓ npm packages +in step/);
    assert.match(stdout, /✓ Disk +[\d.]+ [GM]B free/);
    assert.match(stdout, /Everything is in order\.\n$/);
  });

  it('open JupyterLab for this computer only, behind a token, and end with one Ctrl-C', async () => {
    const port = await freePort();
    const { child, ended, said } = startNode([script('start'), '--no-browser', '--port', String(port)]);
    const token = await until(
      () => new RegExp(`http://127\\.0\\.0\\.1:${port}/\\S*token=(\\w+)`).exec(said())?.[1],
      50,
    );
    const status = async (query: string) =>
      (await fetch(`http://127.0.0.1:${port}/api/kernelspecs${query}`)).json();
    const { kernelspecs } = (await status(`?token=${token}`)) as {
      kernelspecs: { tslab?: { spec: { argv: string[] } } };
    };
    assert.ok(kernelspecs.tslab?.spec.argv.includes(path.join(root, 'scripts', 'kernel', 'main.cjs')));
    assert.match(JSON.stringify(await status('')), /Forbidden/);
    child.kill('SIGINT');
    child.kill('SIGINT');
    const { code } = await ended;
    assert.equal(code, 0);
    await assert.rejects(status(''));
  }).timeout(90_000);
});

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
