import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  dataFrame,
  datasetFrame,
  merge,
  projectPath,
  readAblation,
  readAblationTable,
  readMetrics,
  readReport,
  showTable,
  UserError,
} from 'xkd';
import { captureDisplays } from '../notebook/captureDisplays';

describe('data frames', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'xkd-frames-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('load danfo.js when the first one is made, not with xkd or to read a CSV of a data set', () => {
    const table = join(folder, 'a.csv');
    writeFileSync(table, 'path,label\n"a, b.mp4",x\n');
    const code = `
      const loaded = () => Object.keys(require.cache).some((path) => path.includes('danfojs-node/'));
      const { dataFrame } = require('xkd');
      const { rows } = require('xkd/dist/data/lists/table').readTable(${JSON.stringify(table)});
      const before = loaded();
      dataFrame([{ a: 1 }]);
      console.log(JSON.stringify([rows, before, loaded()]));`;
    const said = execFileSync(process.execPath, ['-e', code], { cwd: projectPath(), encoding: 'utf8' });
    assert.deepEqual(JSON.parse(said), [[['a, b.mp4', 'x']], false, true]);
  });

  it('have types, NaN for numbers and null for texts that are missing', () => {
    const frame = dataFrame([
      { a: 1, b: 0.5, c: 'x', d: true },
      { a: 2, d: false },
    ]);
    assert.deepEqual(frame.dtypes, ['int32', 'float32', 'string', 'boolean']);
    assert.deepEqual(frame.values, [[1, 0.5, 'x', true], [2, NaN, null, false]]); // prettier-ignore
  });

  it('are queried, grouped and merged by hand-worked values', () => {
    const frame = dataFrame([
      { row: 'a', seed: 0, top1: 50 },
      { row: 'b', seed: 0, top1: 60 },
      { row: 'a', seed: 1, top1: 70 },
      { row: 'b', seed: 1, top1: 65 },
    ]);
    const b = frame.query(frame['row'].eq('b'));
    assert.deepEqual(b.query(b['seed'].eq(1)).values, [['b', 1, 65]], 'a query of a query');
    assert.deepEqual(frame.groupby(['row']).col(['top1']).mean().values, [['a', 60], ['b', 62.5]]); // prettier-ignore
    const other = dataFrame([{ seed: 1, nats: 0.5 }]);
    assert.deepEqual(merge({ left: b, right: other, on: ['seed'] }).values, [[1, 'b', 65, 0.5]]);
    refuses(() => merge({ left: b, right: other, on: ['row'] }), /right frame has no column "row"/);
  });

  it('refuse columns without rows, of two types, or with a name of danfo’s', () => {
    refuses(() => dataFrame([]), /at least one row/);
    refuses(
      () => dataFrame([{ a: 1 }, { a: 'x' }]),
      /column "a" mixes values of the types number and string/,
    );
    refuses(() => dataFrame([{ values: 1 }]), /column cannot be called "values"/);
  });

  it('give the metrics of a run folder, and say what a folder without them lacks', () => {
    refuses(() => readMetrics(join(folder, 'absent')), /does not exist/);
    refuses(() => readMetrics(folder), /neither metrics\.csv nor metrics\.jsonl/);
    refuses(() => readMetrics({ out: null }), /has no folder/);
    writeFileSync(join(folder, 'metrics.csv'), 'step,total,clippedShare\n');
    refuses(() => readMetrics(folder), /no metrics yet/);
    writeFileSync(join(folder, 'metrics.csv'), 'step,total,clippedShare\n0,2,\n1,1,0.5\n');
    const frame = readMetrics({ out: folder });
    assert.deepEqual([frame.columns, frame.dtypes], [['step', 'total', 'clippedShare'], ['int32', 'float32', 'float32']]); // prettier-ignore
    assert.deepEqual(frame.values, [[0, 2, NaN], [1, 1, 0.5]]); // prettier-ignore
  });

  it('give the committed ablation, whose means are those of its table', () => {
    const frame = readAblation();
    assert.equal(frame.shape[0], 15 * 5 * 3 * 2);
    const asked = frame.query(frame['features'].eq('video').and(frame['probe'].eq('svm')));
    const means = asked.groupby(['row']).col(['top1']).mean().values as [string, number][];
    for (const { name, figures } of readAblationTable(projectPath('data/results/ablation.json')).rows) {
      const [, mean] = means.find(([row]) => row === name)!;
      assert.ok(Math.abs(mean - 100 * figures.video.svm.ours.mean) < 1e-6, name);
    }
    refuses(() => readAblation(folder), /holds no ablation\.json/);
    refuses(() => readReport(folder), /no result of a protocol/);
  });

  it('give the clips of a data set', () => {
    const entries = [{ path: '/set/a/1.mp4', label: 'a', split: 'train' }, { path: '/set/2.mp4', label: null, labels: ['x', 'y'], split: null, startSeconds: 2, endSeconds: 3 }]; // prettier-ignore
    assert.deepEqual(datasetFrame({ root: '/set', entries }).values, [
      [0, join('a', '1.mp4'), 'a', 'train', NaN, NaN],
      [1, '2.mp4', 'x;y', null, 2, 3],
    ]);
  });

  it('are shown by showTable, with empty cells where a number is missing', async () => {
    const [{ data }] = await captureDisplays(() => showTable(dataFrame([{ a: 'x', b: 1.5 }, { a: 'y' }])));
    assert.equal(data['text/plain'], 'a    b\nx  1.5\ny');
  });
});

function refuses(work: () => unknown, sentence: RegExp): void {
  assert.throws(work, (error: Error) => error instanceof UserError && sentence.test(error.message));
}
