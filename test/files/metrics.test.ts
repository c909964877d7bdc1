import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  formatCsvLine,
  metricsFiles,
  MetricsWriter,
  openMetricsFiles,
  parseCsv,
  readFolderMetrics,
  readMetricsFile,
  UserError,
} from 'xkd/internal';

describe('MetricsWriter', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'xkd-metrics-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  for (const name of ['metrics.csv', 'metrics.jsonl']) {
    it(`${name}: reads back what was written, not-a-number included`, () => {
      const path = join(folder, name);
      const rows = [
        { step: 0, loss: 1 / 3 },
        { step: 1, loss: NaN },
        { step: 2, loss: -Infinity },
      ];
      const writer = new MetricsWriter(path);
      for (const row of rows) writer.write(row);
      assert.deepEqual(readMetricsFile(path), rows, 'rows are on disk before the writer is closed');
      writer.close();
    });

    it(`${name}: a resumed run drops later rows and the half-written line of a kill`, () => {
      const path = join(folder, name);
      const killed = new MetricsWriter(path);
      for (let step = 0; step < 6; step++) killed.write({ step, loss: step / 10 });
      killed.close();
      appendFileSync(path, name.endsWith('.csv') ? '6,0.' : '{"step":6,"lo');
      const resumed = new MetricsWriter(path, 3);
      resumed.write({ step: 4, loss: 9 });
      resumed.close();
      const steps = readMetricsFile(path).map(({ step, loss }) => [step, loss]);
      assert.deepEqual(steps, [[0, 0], [1, 0.1], [2, 0.2], [3, 0.3], [4, 9]]); // prettier-ignore
    });

    it(`${name}: begins again without a step to resume from, and with one when nothing is there`, () => {
      const path = join(folder, name);
      for (const afterStep of [5, null, null]) {
        const writer = new MetricsWriter(path, afterStep);
        writer.write({ step: 0, loss: 2 });
        writer.close();
      }
      assert.deepEqual(readMetricsFile(path), [{ step: 0, loss: 2 }]);
    });

    it(`${name}: refuses a row with other columns`, () => {
      const writer = new MetricsWriter(join(folder, name));
      writer.write({ step: 0, loss: 2 });
      assert.throws(() => writer.write({ step: 1, loss: 2, rate: 3 }), /"rate" is not in every row/);
      assert.throws(() => writer.write({ step: 1 }), /"loss" is not in every row/);
      writer.close();
    });
  }

  it('leaves cells of sparse columns empty, and gives them to files that were begun without', () => {
    const path = join(folder, 'metrics.csv');
    const old = new MetricsWriter(path);
    old.write({ step: 0, loss: 2 });
    old.close();
    for (const afterStep of [0, 1]) {
      const writer = new MetricsWriter(path, afterStep, path, ['rank', 'spread']);
      writer.write(afterStep === 0 ? { step: 1, loss: 1, rank: 7 } : { step: 2, loss: 0.5 });
      assert.throws(() => writer.write({ step: 3, loss: 1, other: 3 }), /"other" is not in every row/);
      writer.close();
    }
    assert.equal(readFileSync(path, 'utf8'), 'step,loss,rank,spread\n0,2,,\n1,1,7,\n2,0.5,,\n');
    assert.deepEqual(readMetricsFile(path), [{ step: 0, loss: 2 }, { step: 1, loss: 1, rank: 7 }, { step: 2, loss: 0.5 }]); // prettier-ignore
  });

  it('writes the header of a CSV once', () => {
    const path = join(folder, 'metrics.csv');
    for (const afterStep of [null, 0]) {
      const writer = new MetricsWriter(path, afterStep);
      writer.write({ step: afterStep === null ? 0 : 1, loss: 2 });
      writer.close();
    }
    assert.equal(readFileSync(path, 'utf8'), 'step,loss\n0,2\n1,2\n');
  });

  it('names a file that is no table of figures', () => {
    for (const [name, text] of [
      ['a.csv', 'x,y\n1,2\n'],
      ['b.csv', 'step\n1,2\n'],
      ['c.jsonl', 'hello\n'],
    ]) {
      // prettier-ignore
      const path = join(folder, name);
      writeFileSync(path, text);
      assert.throws(
        () => readMetricsFile(path),
        (error) => error instanceof UserError && error.message.includes(name),
      );
    }
  });
});

describe('CSV', () => {
  it('gives back cells with commas, quotes and line ends', () => {
    const cells = ['plain', 'a, b', 'say "hi"', 'two\nlines', '', ' spaced '];
    assert.deepEqual(parseCsv(`${formatCsvLine(cells)}\r\n${formatCsvLine(['x', 1, null])}`), [
      cells,
      ['x', '1', ''],
    ]);
  });

  it('reads a byte order mark, empty cells at line ends, and a file without last line end', () => {
    assert.deepEqual(parseCsv('\uFEFFa,b\r\n1,\r\n\r\n,2'), [['a', 'b'], ['1', ''], ['', '2']]); // prettier-ignore
    assert.deepEqual(parseCsv(''), []);
  });

  it('refuses a stray quote', () => {
    assert.throws(() => parseCsv('a,b"c\n'), /stray quote in line 1/);
  });
});

describe('the two files of a folder', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'xkd-metrics-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (afterStep: number | null, steps: readonly number[]) => {
    const writers = openMetricsFiles(folder, afterStep);
    for (const step of steps) for (const writer of writers) writer.write({ step, loss: step / 10 });
    writers.forEach((writer) => writer.close());
  };
  const texts = () => metricsFiles.map((name) => readFileSync(join(folder, name), 'utf8'));

  for (const deleted of metricsFiles) {
    it(`${deleted}, where it was deleted, is made again from the other when the run continues`, () => {
      write(null, [0, 1, 2, 3]);
      write(2, [3]);
      const before = texts();
      rmSync(join(folder, deleted));
      assert.deepEqual(
        readFolderMetrics(folder)?.map(({ step }) => step),
        [0, 1, 2, 3],
      );
      write(2, [3]);
      assert.deepEqual(texts(), before);
    });
  }

  it('begin again with a run that begins again, and need not be there', () => {
    assert.equal(readFolderMetrics(folder), null);
    write(null, [0, 1]);
    rmSync(join(folder, 'metrics.csv'));
    write(null, [0]);
    assert.deepEqual(readFolderMetrics(folder), [{ step: 0, loss: 0 }]);
    assert.equal(texts()[0], 'step,loss\n0,0\n');
  });
});
