import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StepMetrics } from 'xkd';
import { terminalCurves } from 'xkd/dist/cli/terminalCurves';
import { progressLine, watchScreen } from 'xkd/dist/cli/watchScreen';
import type { RunStatus } from 'xkd/dist/train/runs/runStatus';
import { assertRefused, runHere } from '../support/commandLine';
import { endedOwner } from '../support/owners';
import { config, finish, open } from '../support/runs';

describe('xkd watch and xkd runs', () => {
  let folder: string;
  let out: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'xkd-watch-'));
    out = join(folder, 'first');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('shows a run while it is trained, and ends with it', async () => {
    const run = await open(out);
    const watching = runHere(['watch', out]);
    for await (const { step } of run) if (step === 2) run.warn('something is odd');
    await run.close();
    run.state.dispose();
    const { code, stdout } = await watching;
    assert.equal(code, 0);
    const lines = stdout.trim().split('\n');
    assert.match(lines[0], /^░+ 0\/8 steps$/);
    assert.ok(lines.includes('step 3: something is odd'));
    assert.match(lines.at(-2)!, /^█{24} 8\/8 steps {2}\S+\/s {2}loss \d+\.\d{3} {2}learning rate \d\.\d\de/);
    assert.match(lines.at(-1)!, /first" is finished: 8 steps done\.$/);
  });

  it('ends with Ctrl-C, which leaves the run alone', async () => {
    const run = await open(out);
    const watching = runHere(['watch', out]);
    // Signals are handled from the next turn of the event loop on.
    await new Promise((resolve) => setImmediate(resolve));
    process.emit('SIGINT');
    const { code, stdout } = await watching;
    assert.equal(code, 0);
    assert.match(stdout, /first" is being trained, step 0 of 8\.\n$/);
    assert.equal((await finish(run)).length, 8);
    run.state.dispose();
  });

  it('says of a run that was killed where it stands, and of none that there is none', async () => {
    const run = await open(out);
    await finish(run, 3);
    run.state.dispose();
    writeFileSync(join(out, 'run.lock'), `${endedOwner()} here\n`);
    const { stdout } = await runHere(['watch', out]);
    assert.match(stdout, /^█{9}░{15} 3\/8 steps .*\n".*first" was killed at step 3 of 8; /);
    await assertRefused(['watch', folder], /^xkd: ".*" holds no run: give the folder/);
    await assertRefused(['runs', join(folder, 'none')], /^xkd: There is no folder ".*none"/);
  });

  it('lists runs in a table, and as JSON', async () => {
    for (const [name, seed, steps] of [
      ['a', 0, 8],
      ['b', 1, 2],
    ] as const) {
      const run = await open(join(folder, name), { config: { ...config, seed } });
      await finish(run, steps);
      run.state.dispose();
    }
    const { stdout } = await runHere(['runs', folder]);
    const [head, first, second] = stdout.split('\n');
    assert.match(head, /^run +state +steps +total +reconstruction +distillation +alignment +warnings +seed$/);
    assert.match(first, /a +finished +8\/8( +\d+\.\d{3}){4} +0 +0$/);
    assert.match(second, /b +stopped +2\/8( +\d+\.\d{3}){4} +0 +1$/);
    const { runs } = JSON.parse((await runHere(['runs', folder, '--json'])).stdout) as {
      runs: { state: string; differs: Record<string, number>; last: StepMetrics }[];
    };
    assert.deepEqual(
      runs.map(({ state, differs }) => [state, differs.seed]),
      [
        ['finished', 0],
        ['stopped', 1],
      ],
    );
    assert.equal(runs[1].last.step, 1);
  });
});

describe('the screen of xkd watch', () => {
  const row = (step: number): StepMetrics =>
    ({ step, total: 10 - step / 100, reconstruction: NaN, distillation: 3, alignment: 1e-7, learningRate: 0.002, secondsPerStep: 0.25 }) as StepMetrics; // prettier-ignore
  const status = (count: number, more: Partial<RunStatus> = {}): RunStatus => ({
    ...{ folder: 'runs/first', state: 'running', config, data: 'data/\u001b[2Jsample', clips: 12 },
    ...{ step: count, steps: 400, rows: Array.from({ length: count }, (_, step) => row(step)), warnings: [] },
    ...more,
  });

  it('tells rate and time left from the last steps', () => {
    assert.equal(
      progressLine(status(100)),
      '██████░░░░░░░░░░░░░░░░░░ 100/400 steps  4/s  1:15 left  loss 9.010  learning rate 2.00e-3',
    );
  });

  for (const [columns, rows] of [
    [80, 24],
    [200, 60],
    [40, 24],
  ] as const) {
    it(`fits a terminal of ${columns} characters, and steers none`, () => {
      const warnings = Array.from({ length: 5 }, (_, step) => ({ step, sentence: `odd ${'x'.repeat(300)}` }));
      for (const count of [0, 1, 300]) {
        const lines = watchScreen(status(count, { warnings }), { columns, rows });
        assert.ok(lines.every((line) => line.length < columns && !line.includes('\u001b')));
        if (columns >= 80) assert.ok(lines.length < rows, `${lines.length} lines`);
        assert.ok(lines.some((line) => line.startsWith('5 warnings')));
        assert.ok(lines.at(-1)!.startsWith('step 4: odd'));
      }
    });
  }

  it('draws each curve from its first value to its last', () => {
    const values = Array.from({ length: 1000 }, (_, i) => i);
    const lines = terminalCurves([{ name: 'total', values }], { width: 40, height: 5 });
    assert.equal(lines.length, 6);
    assert.equal(lines[0], 'total 999.000');
    assert.match(lines[1], /^ +\S+ [┤┼] +╭─+$/);
    assert.match(lines[5], /^ +\S+ ┼─+╯$/);
    const none = terminalCurves([{ name: 'x', values: [NaN] }], { width: 40, height: 3 });
    assert.equal(none[1], 'no value is a number');
  });
});
