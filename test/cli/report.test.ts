import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { writeResult, type ProtocolResult } from 'xkd';

const main = resolve('lib/dist/cli/main.js');

describe('xkd report', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'xkd-report-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('prints Markdown and writes three files', () => {
    [0, 1].forEach((seed) => writeResult(join(folder, `run${seed}`, 'evaluation'), result(seed)));
    writeFileSync(join(folder, 'torn.json'), '{');
    const { status, stdout, stderr } = xkd(folder, '--out', join(folder, 'new', 'report'));
    assert.equal(status, 0);
    assert.match(stdout, /^## HMDB51, 51 classes$/m);
    assert.match(
      stdout,
      /^\| svm .* nano, 792 steps \| top1 .*\| 30\.5 % \|.*\| {5}2 \| 57\.4 % \(800 epochs\) † \|$/m,
    );
    assert.match(stdout, /^- ".*torn\.json" is not a result of "xkd evaluate"/m);
    assert.match(stderr, /^xkd: wrote report\.md, report\.csv and report\.html to .*report\n$/);
    const out = join(folder, 'new', 'report');
    assert.deepEqual(readdirSync(out).sort(), ['report.csv', 'report.html', 'report.md']);
    assert.equal(readFileSync(join(out, 'report.md'), 'utf8'), stdout);
    assert.match(readFileSync(join(out, 'report.csv'), 'utf8'), /^HMDB51,51,svm,/m);
  });

  it('prints one object with --json', () => {
    writeResult(folder, result(0));
    const { stdout, status } = xkd(folder, '--json');
    const { rows, notes, problems } = JSON.parse(stdout);
    assert.equal(status, 0);
    assert.deepEqual([rows.length, rows[0].ours.mean, rows[0].paper.percent], [1, 0.3, 57.4]);
    assert.deepEqual([notes, problems], [[], []]);
  });

  it('says in one sentence what is wrong', () => {
    const mistakes: [string[], number, RegExp][] = [
      [[], 2, /^xkd: Missing required argument 'runs'\. .*--help.*\n$/],
      [[folder], 1, /^xkd: There is no result of a protocol in ".*"; name the folders .*\n$/],
      [[join(folder, 'absent')], 1, /^xkd: There is no file ".*absent"; check the path\.\n$/],
    ];
    for (const [words, code, message] of mistakes) {
      const { status, stdout, stderr } = xkd(...words);
      assert.match(stderr, message);
      assert.deepEqual([status, stdout], [code, '']);
    }
    writeResult(join(folder, 'run'), result(0));
    writeFileSync(join(folder, 'file'), '');
    const { status, stderr } = xkd(join(folder, 'run'), '--out', join(folder, 'file'));
    assert.match(stderr, /^xkd: ".*file" is a file where a folder is needed; .*\n$/);
    assert.equal(status, 1);
  });
});

function xkd(...words: string[]) {
  return spawnSync(process.execPath, [main, 'report', ...words], { encoding: 'utf8' });
}

function result(seed: number): ProtocolResult {
  const top1 = 0.3 + 0.01 * seed;
  const classes = Array.from({ length: 51 }, (_, k) => `class ${k}`);
  return {
    format: 1,
    protocol: 'svm',
    dataset: { name: 'hmdb51', root: '/data', classes, multiLabel: false },
    modality: 'video',
    tower: 'student',
    network: {
      source: 'runs/x',
      hash: String(seed).repeat(64),
      preset: 'nano',
      variant: 'MS',
      step: 792,
      seed,
    },
    settings: {},
    seed: 0,
    folds: [{ name: '1', trainClips: 10, testClips: 5, metrics: { top1 } }],
    metrics: { top1 },
    skipped: [],
    createdBy: [],
  };
}
