import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root, runNode, startNode, until } from './support';

const script = path.join(root, 'scripts', 'test-node.mjs');

describe('npm run test:node', () => {
  let folder: string;
  beforeEach(() => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'xkd-test-node-')));
    fs.mkdirSync(path.join(folder, 'tmp'));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  /** An npm with this program, so that nothing is downloaded. */
  function withNpm(program: string): Record<string, string> {
    const npm = path.join(folder, 'npm-cli.js');
    fs.writeFileSync(npm, program);
    return { npm_execpath: npm, TMPDIR: path.join(folder, 'tmp') };
  }

  it('refuses what is no version, and a version that is too old, in one sentence', async () => {
    for (const [asked, sentence] of [
      ['newest', /^"newest" is no version of Node: give one such as 24 or 24\.1\.0 .*\.\n$/],
      ['18', /^You asked for Node 18, and XKD notebooks needs Node 22, 24 or 26: .*\.\n$/],
      ['v20.18.0', /^You asked for Node v20\.18\.0, and .*\.\n$/],
    ] as const) {
      const { code, stdout, stderr } = await runNode([script, asked]);
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.match(stderr, sentence);
    }
  });

  it('says that npm has no such version, and counts it as failed', async () => {
    const env = withNpm("console.error('npm error code ETARGET'); process.exit(1);");
    const { code, stdout, stderr } = await runNode([script, '24.999.0'], { env });
    assert.equal(code, 1);
    const sentence = 'Node 24.999.0 is not on npm: name another version and run the command again.';
    assert.equal(stderr, `${sentence}\n`);
    assert.equal(stdout, `\nNot passed:\n- ${sentence}\n\n0 passed, 1 failed\n`);
    assert.deepEqual(fs.readdirSync(path.join(folder, 'tmp')), []);
  });

  it('removes what it has made when it is interrupted', async () => {
    const env = withNpm('setInterval(() => {}, 1000);');
    const { child, ended } = startNode([script, '24'], { env });
    await until(() => fs.readdirSync(path.join(folder, 'tmp')).length > 0);
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    assert.equal(code, 130);
    assert.equal(stderr, '\nInterrupted: what was fetched and set up is removed.\n');
    assert.deepEqual(fs.readdirSync(path.join(folder, 'tmp')), []);
  });

  it('ends what it runs, down to the programs of programs, when it is interrupted', async () => {
    const packed = path.join(folder, 'package', 'bin', 'node');
    fs.mkdirSync(path.dirname(packed), { recursive: true });
    fs.symlinkSync(process.execPath, packed);
    const env = withNpm(`
      const [into] = process.argv.slice(process.argv.indexOf('--pack-destination') + 1);
      require('node:child_process').execFileSync('tar', ['-czf', into + '/node.tgz', '-C', __dirname, 'package']);`);
    const mark = path.join(folder, 'pid');
    const lasting = path.join(folder, 'lasting.cjs');
    const note = `require('node:fs').writeFileSync(${JSON.stringify(mark)}, String(process.pid));`;
    fs.writeFileSync(lasting, `${note} setInterval(() => {}, 1000);`);
    const npm = `#!/bin/bash\n"${process.execPath}" "${lasting}"\ntrue\n`;
    fs.writeFileSync(path.join(folder, 'npm'), npm, { mode: 0o755 });
    const { child, ended } = startNode([script, '24'], {
      env: { ...env, PATH: `${folder}${path.delimiter}${process.env.PATH}` },
    });
    const pid = Number(await until(() => fs.existsSync(mark) && fs.readFileSync(mark, 'utf8'), 60));
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    assert.equal(code, 130);
    assert.match(stdout, /set-up, as in \.devcontainer/);
    assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
    assert.deepEqual(fs.readdirSync(path.join(folder, 'tmp')), []);
  });
});
