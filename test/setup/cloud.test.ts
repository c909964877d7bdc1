import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { freshCopy, loadScript, root } from './support';

interface DevContainer {
  readonly build: { readonly dockerfile: string };
  readonly postCreateCommand: string;
  readonly postAttachCommand: string;
}

const containers = ['.devcontainer', '.binder'];
const read = (...parts: string[]) => fs.readFileSync(path.join(root, ...parts), 'utf8');
const devContainer = JSON.parse(read('.devcontainer', 'devcontainer.json')) as DevContainer;

/*
 * Tests what the scripts themselves do. `npm run test:node` sets up with these scripts, and so tests that their set-up
 * succeeds in an empty folder, with packages downloaded.
 */
describe('a container of a cloud', () => {
  const copies: string[] = [];
  /**
   * The files that a clone has for a container, and programs with the names that the scripts call, which report their
   * calls.
   */
  const copy = () => {
    const folder = freshCopy();
    copies.push(folder);
    for (const name of containers)
      fs.cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
    const tell = '#!/bin/bash\necho "$(basename "$0") $* in $PWD"\n';
    fs.mkdirSync(path.join(folder, '.venv', 'bin'), { recursive: true });
    for (const place of ['bin/npm', '.venv/bin/jupyter-lab'])
      fs.writeFileSync(path.join(folder, place), tell, { mode: 0o755 });
    return folder;
  };
  const run = (command: string, args: readonly string[], folder: string, cwd = folder) =>
    spawnSync(command, args, {
      cwd,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${path.join(folder, 'bin')}:${process.env.PATH}` },
    });
  after(() => copies.forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })));

  it('begins with a Node that is tested, and a Python that will do', async () => {
    const { testedLines } = await loadScript<{ testedLines: number[] }>('setup/node-version.mjs');
    const { isNewEnough } = await loadScript<{ isNewEnough(version: string): boolean }>('setup/python.mjs');
    const dockerfile = read('.devcontainer', devContainer.build.dockerfile);
    const conda = read('.binder', 'environment.yml');
    for (const found of [/^FROM node:(\d+)-/m.exec(dockerfile), /- nodejs=(\d+)$/m.exec(conda)])
      assert.ok(testedLines.includes(Number(found?.[1])), String(found));
    assert.ok(isNewEnough(`${/- python=([\d.]+)$/m.exec(conda)?.[1]}.0`));
    assert.match(dockerfile, /python3-venv/);
  });

  it('sets up with the same command as everybody', () => {
    const folder = copy();
    const created = run('bash', ['-c', devContainer.postCreateCommand], folder);
    assert.equal(created.stdout, `npm run setup in ${folder}\n`);
    const built = run(path.join(folder, '.binder', 'postBuild'), [], folder, path.dirname(folder));
    assert.equal(built.stdout, `npm run setup in ${folder}\n`);
    assert.match(devContainer.postAttachCommand, /^npm start -- --no-browser/);
  });

  it('passes a failed set-up on, so that no image is built of it', () => {
    const folder = copy();
    fs.writeFileSync(path.join(folder, 'bin', 'npm'), '#!/bin/bash\nexit 7\n', { mode: 0o755 });
    assert.equal(run(path.join(folder, '.binder', 'postBuild'), [], folder).status, 7);
  });

  it("starts the JupyterLab of the set-up with Binder's options", () => {
    const folder = copy();
    const { stdout, stderr } = run(
      path.join(folder, '.binder', 'start'),
      ['jupyter-lab', '--ip', '0.0.0.0', '--a=b c'],
      folder,
    );
    assert.equal(stdout, `jupyter-lab --ip 0.0.0.0 --a=b c in ${folder}\n`, stderr);
  });

  it('names no host from which packages come', () => {
    for (const name of containers)
      for (const file of fs.readdirSync(path.join(root, name)))
        assert.doesNotMatch(read(name, file), /:\/\/|\b[\w-]+\.(com|org|io|net|dev)\b/, file);
  });
});
