import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { loadScript, root } from './support';

describe('where the user stands', function () {
  this.timeout(300_000);
  let folder: string;
  before(() => (folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'xkd-user-')))));
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  it('is told by npm, for the scripts of this project alone', async () => {
    const { userFolder } = await loadScript<{
      userFolder: (env: Record<string, string>, cwd: string) => string;
    }>('process/user-folder.mjs');
    const npm_package_json = path.join(root, 'package.json');
    const env = { npm_lifecycle_event: 'xkd', npm_package_json, INIT_CWD: folder };
    assert.equal(userFolder(env, root), folder);
    // npx stays where it was called. Scripts of other projects, and those of npm test, may run anywhere.
    assert.equal(userFolder({ ...env, npm_lifecycle_event: 'npx' }, folder), folder);
    assert.equal(userFolder({ ...env, npm_lifecycle_event: 'test' }, root), root);
    assert.equal(userFolder({ ...env, npm_package_json: path.join(folder, 'package.json') }, root), root);
    assert.equal(userFolder(env, path.join(root, 'lib')), path.join(root, 'lib'));
    assert.equal(userFolder({ ...env, INIT_CWD: path.join(folder, 'gone') }, root), root);
    assert.equal(userFolder({}, root), root);
  });

  it('is what relative paths mean, also with npm --prefix', () => {
    fs.writeFileSync(path.join(folder, 'mine.yaml'), 'preset: nano\nseed: 77\n');
    const words = ['--prefix', root, 'run', '--silent', 'xkd', '--', 'config', '--config', 'mine.yaml'];
    const { status, stdout, stderr } = spawnSync('npm', words, { cwd: folder, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.equal((JSON.parse(stdout) as { seed: number }).seed, 77);
  });
});

describe('the end of a program', () => {
  it('from outside is a sentence, others are not', async () => {
    const { endingSentence } = await loadScript<{ endingSentence: (code: number) => string | undefined }>(
      'process/ending.mjs',
    );
    assert.match(endingSentence(137)!, /^It was killed \(SIGKILL\).* too little memory/);
    assert.match(endingSentence(134)!, /^It broke off \(SIGABRT\)/);
    for (const code of [0, 1, 2, 70, 130, 143]) assert.equal(endingSentence(code), undefined);
  });
});
