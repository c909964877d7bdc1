import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { root } from './support';

describe('npx xkd', function () {
  this.timeout(300_000);

  // --no: downloads nothing if there is no such command here.
  const npx = (...words: string[]) =>
    spawnSync('npx', ['--no', 'xkd', ...words], { cwd: root, encoding: 'utf8' });

  it('is the command line, options and all', () => {
    const { status, stdout, stderr } = npx('config', 'nano', '--describe', '--json', 'mask.video=0.5');
    assert.equal(status, 0, stderr);
    assert.equal(JSON.parse(stdout).config.mask.video, 0.5);
  });

  it('hands on the exit code and the sentence of a mistake', () => {
    const { status, stdout, stderr } = npx('config', 'nan');
    assert.deepEqual([status, stdout], [1, '']);
    assert.match(stderr, /^xkd: There is no preset "nan"; choose one of/m);
  });
});
