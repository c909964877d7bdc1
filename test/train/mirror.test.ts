import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finish, open, said, weightsOf } from '../support/runs';

describe('the mirror of a run', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'xkd-mirror-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('holds the same files at the end, and no older checkpoints', async () => {
    await finish(await open(at('run'), { mirror: at('mirror') }));
    const checkpoints = readdirSync(join(at('run'), 'checkpoints')).sort();
    assert.deepEqual(readdirSync(join(at('mirror'), 'checkpoints')).sort(), checkpoints);
    for (const name of ['config.json', 'metrics.csv', join('checkpoints', checkpoints[0])])
      assert.deepEqual(readFileSync(join(at('mirror'), name)), readFileSync(join(at('run'), name)), name);
  });

  it('can be resumed to the same bits', async () => {
    const whole = await open(at('run'), { mirror: at('mirror') });
    await finish(whole, 4);
    await finish(await open(at('run'), { resume: true }));
    const resumed = await open(at('mirror'), { resume: true });
    assert.equal(resumed.state.step, 4);
    await finish(resumed);
    const again = await open(at('run'), { resume: true });
    assert.deepEqual(weightsOf(resumed.state), weightsOf(again.state));
    await again.close();
  });

  it('that fails is told once, and ends nothing', async () => {
    const heard: string[] = [];
    const run = await open(at('run'), { mirror: at('mirror'), report: (sentence) => heard.push(sentence) });
    rmSync(at('mirror'), { recursive: true });
    writeFileSync(at('mirror'), 'no folder');
    assert.equal((await finish(run)).length, 8);
    assert.equal(heard.filter((sentence) => /could not be mirrored/.test(sentence)).length, 1);
  });

  it('is not a folder with the checkpoints of another run, which stay', async () => {
    await finish(await open(at('other'), {}));
    await assert.rejects(
      open(at('run'), { mirror: at('other') }),
      said(/holds checkpoints of a run already; choose another folder for --mirror/),
    );
    assert.ok(readdirSync(join(at('other'), 'checkpoints')).length > 0);
  });

  it("is not the run's own folder", async () => {
    await assert.rejects(
      open(at('run'), { mirror: at('run') }),
      said(/is the run's own folder; mirror it to/),
    );
  });
});
