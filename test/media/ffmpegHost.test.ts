import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

describe('the process that runs ffmpeg for others', () => {
  it('keeps a program alive that waits for it, and not one that does not', () => {
    // With nothing else to do, a program with an empty event loop would exit silently in the middle.
    const script = `
      const { FfmpegHost } = require(${JSON.stringify(require.resolve('xkd/dist/media/ffmpeg/ffmpegHost'))});
      const host = new FfmpegHost();
      (async () => {
        if (process.argv[1] !== 'at once') await host.ready;
        console.log('ready');
        if (process.argv[1] === 'leave') return;
        await host.close();
        console.log('closed');
      })();`;
    const run = (...words: string[]) =>
      spawnSync(process.execPath, ['-e', script, ...words], { encoding: 'utf8' });
    assert.equal(run('close').stdout, 'ready\nclosed\n');
    assert.equal(run('at once').stdout, 'ready\nclosed\n');
    const left = run('leave');
    assert.equal(left.stdout, 'ready\n');
    assert.equal(left.status, 0);
  });
});
