import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { projectPath } from 'xkd';

/** The Python interpreter of this project's environment. */
const python = projectPath('.venv/bin/python');

describe("the kernel and PyPI's tests of kernels", function () {
  this.timeout(600_000);

  it('passes all, but that of a pager, which it has not', async () => {
    const child = spawn(python, [projectPath('test/kernel/protocol.py')], {
      stdio: ['ignore', 'ignore', 'pipe'],
      cwd: projectPath('notebooks'),
    });
    let said = '';
    child.stderr.on('data', (piece) => (said += String(piece)));
    const code = await new Promise((ended) => child.on('close', ended));
    assert.equal(code, 0, said);
    const skipped = [...said.matchAll(/^(test_\w+) .*skipped '(.*)'$/gm)].map(
      ([, name, why]) => `${name}: ${why}`,
    );
    assert.deepEqual(skipped, ['test_pager: No code page something']);
    assert.match(said, /Ran 12 tests/);
  });
});
