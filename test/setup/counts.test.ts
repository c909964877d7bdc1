import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { loadScript, root, runNode } from './support';

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly string[];
}

interface Module {
  readonly Counts: {
    new (): Counts & { add(counts: Counts): void; readonly lines: readonly string[] };
    one(ok: boolean, title: string): Counts & { within(title: string): Counts };
  };
  readonly CountsReader: new () => { read(line: string): boolean; readonly counts: Counts | null };
}

describe('the last lines of npm test', () => {
  it('list what failed above the counts, and are read again from among other lines', async () => {
    const { Counts, CountsReader } = await loadScript<Module>('check/counts.mjs');
    const total = new Counts();
    total.add(Counts.one(true, 'ESLint'));
    total.add(Counts.one(false, 'losses: 3 is not 4').within('Mocha'));
    total.add({ passed: 5, failed: 0, skipped: 2, failures: [] });
    assert.deepEqual(total.lines, [
      '',
      'Not passed:',
      '- Mocha: losses: 3 is not 4',
      '',
      '6 passed, 1 failed, 2 skipped',
    ]);
    const reader = new CountsReader();
    const read = ['- no failure', '2 passed', ...total.lines].map((line) => reader.read(line));
    assert.deepEqual(
      read,
      read.map((_, i) => i === read.length - 1),
    );
    assert.deepEqual({ ...reader.counts }, { ...total });
  });

  it('name the tests that mocha has seen fail', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'xkd-counts-'));
    const file = path.join(folder, 'one.test.js');
    const counts = path.join(folder, 'counts.json');
    fs.writeFileSync(
      file,
      "describe('two', () => { it('is two', () => {}); it('is three', () => { throw new Error('It is two.\\nNo more.'); }); it.skip('is four'); });",
    );
    const mocha = path.join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
    const reporter = path.join(root, 'scripts', 'check', 'mocha-reporter.cjs');
    const args = [mocha, '--no-config', '--reporter', reporter, file];
    const { code } = await runNode(args, { env: { XKD_MOCHA_COUNTS: counts } });
    assert.equal(code, 1);
    assert.deepEqual(JSON.parse(fs.readFileSync(counts, 'utf8')), {
      passed: 1,
      failed: 1,
      skipped: 1,
      failures: ['two is three: It is two.'],
    });
    fs.rmSync(folder, { recursive: true });
  });
});
