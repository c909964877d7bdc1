import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configure, parameterSpecs, readSafetensors } from 'xkd/internal';
import { startEngine } from '@local/bench/dist/engineProcess';
import { benchFigure } from '@local/bench/dist/figure';
import { findProblems } from '@local/bench/dist/findings';
import { type BenchRow, measureGroup, warmupSteps } from '@local/bench/dist/measure';
import {
  type BenchChoice,
  type BenchGroup,
  parseCounts,
  parseList,
  selectGroups,
} from '@local/bench/dist/options';
import { reportTable } from '@local/bench/dist/report';
import { writeInputs, writeWeights } from '@local/bench/dist/workload';
import { type FakeArgs, fakeEngine } from './fakeEngine';

const everything: BenchChoice = {
  presets: ['nano', 'tiny', 'base'],
  batches: [2, 8],
  precisions: ['fp32', 'bf16'],
  engines: ['eager', 'compiled', 'pytorch'],
  kinds: ['step', 'features'],
  rounds: null,
  accumulate: 1,
};

const group: BenchGroup = {
  preset: 'nano',
  batch: 2,
  precision: 'fp32',
  kind: 'step',
  accumulate: 1,
  engines: ['compiled', 'pytorch'],
  rounds: 3,
};

async function measured(
  fakes: Partial<Record<string, FakeArgs>>,
  engines = group.engines,
): Promise<{ rows: BenchRow[]; turns: string[] }> {
  const turns: string[] = [];
  const start = (engine: (typeof engines)[number]) => fakeEngine(engine, fakes[engine]!, turns);
  return { rows: await measureGroup({ group: { ...group, engines }, start }), turns };
}

const near = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-12, `${actual}, not ${expected}`);

describe('the rows of the benchmark', () => {
  it('are all of presets, batches, precisions and kinds, small ones first', () => {
    const { groups } = selectGroups(everything);
    assert.equal(groups.length, 3 * 2 * 2 * 2);
    assert.deepEqual([...new Set(groups.map(({ preset }) => preset))], ['nano', 'tiny', 'base']);
    assert.ok(groups.every(({ rounds }) => rounds >= 3));
    assert.equal(selectGroups({ ...everything, rounds: 7 }).groups[0].rounds, 7);
  });

  it('of PyTorch are left out with the reason where it cannot be had', () => {
    const { groups, leftOut } = selectGroups(everything, 'No PyTorch here.');
    assert.ok(groups.every(({ engines }) => !engines.includes('pytorch')));
    assert.equal(leftOut.filter((sentence) => sentence === 'No PyTorch here.').length, 1);
  });

  it('of PyTorch are left out of accumulated steps, not of features', () => {
    const { groups, leftOut } = selectGroups({ ...everything, accumulate: 2 });
    for (const { kind, engines, accumulate } of groups) {
      assert.equal(engines.includes('pytorch'), kind === 'features');
      assert.equal(accumulate, kind === 'features' ? 1 : 2);
    }
    assert.match(leftOut.join(), /Accumulated/);
  });

  it('are chosen by lists, and a wrong word is named', () => {
    assert.deepEqual(parseList('preset', 'base, nano', ['nano', 'tiny', 'base']), ['nano', 'base']);
    assert.throws(() => parseList('preset', 'nano,huge', ['nano']), /--preset knows no "huge"/);
    assert.deepEqual(parseCounts('batch', '2,16'), [2, 16]);
    assert.throws(() => parseCounts('batch', '2,0'), /--batch takes whole numbers of at least 1, not "0"/);
  });
});

describe('measuring', () => {
  it('lets engines take turns, in one process each from start to end', async () => {
    const { turns } = await measured({ compiled: { seconds: [1] }, pytorch: { seconds: [1] } });
    const steps = Array.from({ length: warmupSteps + 3 }, (_, k) => [`compiled ${k}`, `pytorch ${k}`]);
    assert.deepEqual(turns, [
      'start compiled',
      'start pytorch',
      ...steps.flat(),
      'end compiled',
      'end pytorch',
    ]);
  });

  it('gives medians and spread without the warm-up, trace time and the ratio to PyTorch', async () => {
    const { rows } = await measured({
      compiled: { seconds: [9, 1, 1, 2, 3] },
      pytorch: { seconds: [7, 7, 4, 4, 8] },
    });
    const [compiled, pytorch] = rows;
    assert.equal(compiled.medianSeconds, 2);
    near(compiled.p10, 1.2);
    near(compiled.p90, 2.8);
    assert.equal(compiled.cpuSeconds, 4);
    assert.equal(compiled.traceSeconds, 7);
    assert.equal(compiled.ratioToPytorch, 0.5);
    near(compiled.ratioP10!, 0.275);
    near(compiled.ratioP90!, 0.475);
    assert.deepEqual([pytorch.traceSeconds, pytorch.ratioToPytorch], [null, 1]);
    assert.deepEqual(compiled.liveTensors, [100, 100]);
  });

  it('takes several short steps in a turn, which counts with their mean', async () => {
    const { rows, turns } = await measured({
      compiled: { seconds: [0.9, 0.05, 0.03, 0.03, 0.06, 0.01, 0.01, 0.01, 0.02] },
      pytorch: { seconds: [0.1] },
    });
    assert.deepEqual(turns.slice(6, 12), [
      'compiled 2',
      'compiled 3',
      'compiled 4',
      'pytorch 2',
      'pytorch 3',
      'pytorch 4',
    ]);
    near(rows[0].medianSeconds, 0.02);
    near(rows[0].p90, 0.036);
    near(rows[0].ratioToPytorch!, 0.2);
  });

  it('without PyTorch gives no ratio', async () => {
    const { rows } = await measured({ compiled: { seconds: [1] } }, ['compiled']);
    assert.deepEqual([rows[0].ratioToPytorch, rows[0].ratioP10, rows[0].ratioP90], [null, null, null]);
  });

  it('stops where two engines do not compute the same, and ends both', async () => {
    const turns: string[] = [];
    const fakes = { compiled: { seconds: [1], loss: 4 }, pytorch: { seconds: [1], loss: 4.001 } };
    const start = (engine: string) =>
      fakeEngine(engine as 'compiled', fakes[engine as keyof typeof fakes], turns);
    await assert.rejects(
      measureGroup({ group, start }),
      /compiled and pytorch do not compute the same: loss of step 0 is 4 and 4\.001/,
    );
    assert.deepEqual(turns.slice(-2), ['end compiled', 'end pytorch']);
    fakes.pytorch.loss = 4.0001;
    await measureGroup({ group, start });
  });

  it('ends all engines when one breaks', async () => {
    const turns: string[] = [];
    const start = (engine: 'compiled' | 'pytorch' | 'eager') =>
      fakeEngine(engine, { seconds: [1], failAt: engine === 'pytorch' ? 3 : undefined }, turns);
    await assert.rejects(measureGroup({ group, start }), /pytorch broke/);
    assert.deepEqual(turns.slice(-2), ['end compiled', 'end pytorch']);
  });

  it('reports tensors that stay behind, and a base step that takes too much memory', async () => {
    const { rows } = await measured({
      compiled: { seconds: [1], liveTensors: (steps) => 100 + steps },
      pytorch: { seconds: [1], liveTensors: () => null },
    });
    assert.match(
      findProblems(rows).join(),
      /^nano, batch 2, compiled: 102 live tensors became 105 in 3 rounds\.$/,
    );
    const heavy = { ...rows[0], preset: 'base', liveTensors: null, peakMemoryBytes: 12.5e9 };
    assert.match(findProblems([heavy]).join(), /12\.5 GB/);
    assert.deepEqual(
      findProblems([
        { ...heavy, peakMemoryBytes: 11e9 },
        { ...heavy, batch: 8 },
      ]),
      [],
    );
  });
});

describe('an engine process', () => {
  const node = (script: string) => startEngine('compiled', process.execPath, ['-e', script], {});

  it('answers line by line, past what a library prints', async () => {
    const engine = node(`
      console.log('a notice'); console.log('{"version":"1","threads":2,"loadSeconds":0}');
      require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
        const { index } = JSON.parse(line); console.log(JSON.stringify({ seconds: index, losses: {} }));
      });`);
    assert.equal((await engine.ready()).threads, 2);
    assert.equal((await engine.run('step', 3)).seconds, 3);
    await engine.close();
  });

  it('that ends says how, with its own last words', async () => {
    const engine = node(`console.error('no such thing'); process.exit(3)`);
    await assert.rejects(engine.ready(), /process of compiled ended with code 3: no such thing; choose/);
    await assert.rejects(engine.run('step', 0), /ended with code 3/);
    await engine.close();
  });
});

describe('a report', () => {
  it('is JSON with the promised keys, a table and a figure', async () => {
    const { rows } = await measured({ compiled: { seconds: [0.01] }, pytorch: { seconds: [0.02] } });
    const report = {
      machine: {
        processor: 'X',
        cores: 2,
        memoryBytes: 1,
        platform: 'linux x64',
        node: 'v20',
        device: 'cpu' as const,
        tensorflow: '2',
        pytorch: '2.13.0',
        loadAtStart: 0,
      },
      threads: 2,
      rows,
      leftOut: [],
      weightFiles: { nano: { bytes: 1e6, readSeconds: 0.1 } },
    };
    const read = JSON.parse(JSON.stringify(report)) as typeof report;
    for (const key of ['machine', 'threads', 'rows']) assert.ok(key in read);
    const promised =
      'preset batch precision engine medianSeconds p10 p90 peakMemoryBytes traceSeconds ratioToPytorch'.split(
        ' ',
      );
    for (const row of read.rows) for (const key of promised) assert.ok(key in row, key);
    assert.match(
      reportTable(report),
      /^nano +2 +step +fp32 +compiled +10\.0 +10\.0 to 10\.0 +20\.0 +0\.50 /m,
    );
    const without = { ...report, machine: { ...report.machine, tensorflow: null, pytorch: null } };
    assert.match(reportTable(without), /^X, 2 of 2 threads, Node v20, load at start 0\.0$/m);
    const { data } = benchFigure(report);
    assert.deepEqual(data[0].y, [10]);
  });
});

describe('the work that engines are given', () => {
  it('is the same each time, fits the preset, and teachers start as students', () => {
    const folder = mkdtempSync(join(tmpdir(), 'xkd-bench-'));
    try {
      const config = configure('nano');
      const paths = ['a', 'b'].map((name) => join(folder, name));
      paths.forEach((path) => writeWeights(path, config));
      assert.deepEqual(readFileSync(paths[0]), readFileSync(paths[1]));
      const { tensors } = readSafetensors(paths[0]);
      for (const { name, shape } of parameterSpecs(config)) assert.deepEqual(tensors.get(name)!.shape, shape);
      const qkv = (tower: string, block: number) =>
        tensors.get(`${tower}.backbone.encoder.blocks.${block}.attn.qkv.weight`)!.data;
      assert.deepEqual(qkv('vid_teacher', 0), qkv('vid_student', 0));
      assert.notDeepEqual(qkv('vid_student', 1), qkv('vid_student', 0));

      writeInputs(paths[0], config, 3, 2);
      const inputs = readSafetensors(paths[0]).tensors;
      assert.deepEqual(inputs.get('step1.frames.1')!.shape, [3, 3, 4, 24, 24]);
      assert.deepEqual(inputs.get('step0.noise.audio')!.shape, [3, 32]);
      assert.notDeepEqual(inputs.get('step0.specs.0')!.data, inputs.get('step1.specs.0')!.data);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
