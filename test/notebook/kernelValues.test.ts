import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { inspect } from 'node:util';
import {
  PretrainingRun,
  changeConfig,
  configure,
  describeConfig,
  openDataset,
  projectPath,
  readReport,
  readResult,
  showValue,
  shownAs,
  surveyDataset,
  tf,
  writeResult,
  type ProtocolResult,
} from 'xkd';
import { finish, open } from '../support/runs';

type Bundle = Readonly<Record<string, string>>;

const load = createRequire(projectPath('scripts/kernel/values.cjs'));
const { bundleOf } = load('./values.cjs') as { bundleOf(value: unknown): Bundle | null };
const danfo = load('danfojs-node') as {
  DataFrame: new (data: object, args?: object) => { column(name: string): object };
};

const textOf = (value: unknown): string => bundleOf(value)!['text/plain'];
const lines = (value: unknown): string[] => textOf(value).split('\n');
const numbers = (length: number): number[] => Array.from({ length }, (_, i) => i);

describe('a value at the end of a cell', () => {
  it('is nothing where it is undefined, and what Node writes where it is plain', () => {
    assert.equal(bundleOf(undefined), null);
    const circular: Record<string, unknown> = { a: 1 };
    circular.self = circular;
    class Gauge extends Map {}
    for (const [value, text] of [
      [null, 'null'],
      [3.5, '3.5'],
      [3n, '3n'],
      ['a\nb', "'a\\nb'"],
      [{ a: [1, { b: 2 }] }, '{ a: [ 1, { b: 2 } ] }'],
      [function read() {}, '[Function: read]'],
      [Gauge, '[class Gauge extends Map]'],
      [Promise.resolve(1), 'Promise { 1 }'],
      [new Map([['a', new Set([1])]]), "Map(1) { 'a' => Set(1) { 1 } }"],
      [circular, '<ref *1> { a: 1, self: [Circular *1] }'],
      [Symbol('s'), 'Symbol(s)'],
    ] as const) {
      assert.deepEqual(bundleOf(value), { 'text/plain': text });
    }
  });

  it('is cut where it is long, and tells by how much', () => {
    assert.match(textOf(numbers(1000)), /98, 99,\n {2}\.\.\. 900 more items\n\]$/);
    assert.match(textOf('x'.repeat(20_000)), /x'\.\.\. 10000 more characters$/);
    const keys = Object.fromEntries(numbers(5000).map((i) => [`k${i}`, i]));
    assert.match(textOf(keys), /k99: 99,\n {2}\.\.\. 4900 more keys\n\}$/);
    assert.match(textOf(new Set(numbers(500))), /^Set\(500\) \{[^]*\.\.\. 400 more items/);
    const cube = numbers(100).map(() => numbers(100).map(() => numbers(100)));
    const text = textOf({ cube, deep: { a: { b: { c: { d: { e: 1 } } } } } });
    assert.ok(text.length < 5000);
    assert.match(text, /\[ 0, 1, 2, 3, 4, \.\.\. 95 more items \],\n/);
  });

  it('is a sentence where showing it throws, and getters are not called', () => {
    let called = false;
    const careful = {
      get value() {
        called = true;
        return 1;
      },
    };
    assert.equal(textOf(careful), '{ value: [Getter] }');
    assert.equal(called, false);
    const broken = {
      [inspect.custom]() {
        throw new Error('no ink');
      },
    };
    assert.equal(textOf(broken), 'This value could not be shown: no ink');
    assert.equal(
      textOf({ [showValue]: () => JSON.parse('{') }).split(':')[0],
      'This value could not be shown',
    );
    assert.match(textOf(new Proxy({}, { get: () => assert.fail('trapped') })), /could not be shown: trapped/);
  });

  it('is its name and message where it is an error', () => {
    const error = new TypeError('bad needle', { cause: new Error('bent') });
    assert.equal(textOf(error), 'TypeError: bad needle\ncaused by Error: bent');
  });

  it('is type, length and first and last values of a typed array', () => {
    assert.equal(textOf(new Uint8Array([1, 20])), 'Uint8Array(2) [ 1, 20]');
    assert.equal(
      textOf(Float32Array.from(numbers(1000), (i) => i / 2)),
      'Float32Array(1000)\n[  0.0000,   0.5000,   1.0000,   1.5000,   2.0000, ..., 497.5000, 498.0000, 498.5000, 499.0000,\n 499.5000]',
    );
    assert.equal(textOf(new BigInt64Array(2)), 'BigInt64Array(2) [0, 0]');
  });
});

describe('a tensor at the end of a cell', () => {
  const show = (make: () => tf.Tensor): string => tf.tidy(() => textOf(make()));

  it('tells type, shape and values', () => {
    assert.equal(
      show(() =>
        tf.tensor([
          [1.5, -2.25, NaN],
          [3, Infinity, 1e-3],
        ]),
      ),
      'Tensor, float32, shape [2, 3]\n[[  1.5000,  -2.2500,      NaN],\n [  3.0000, Infinity,   0.0010]]',
    );
    assert.equal(
      show(() =>
        tf.tensor(
          [
            [1, 2],
            [30, 4],
          ],
          undefined,
          'int32',
        ),
      ),
      'Tensor, int32, shape [2, 2]\n[[ 1,  2],\n [30,  4]]',
    );
    assert.equal(
      show(() => tf.scalar(0.1)),
      'Tensor, float32, scalar: 0.1',
    );
    assert.equal(
      show(() => tf.tensor([true, false], undefined, 'bool')),
      'Tensor, bool, shape [2]\n[ true, false]',
    );
    assert.equal(
      show(() => tf.tensor(['a', 'b'])),
      'Tensor, string, shape [2]\n["a", "b"]',
    );
    assert.equal(
      show(() => tf.zeros([0, 3])),
      'Tensor, float32, shape [0, 3], empty',
    );
    assert.match(
      show(() => tf.tensor([1e-9, 2])),
      /\[1\.0000e-9, 2\.0000e\+0\]$/,
    );
    assert.match(
      show(() => tf.complex([1], [2])),
      /^Tensor, complex64, shape \[1\]; tf\.real and tf\.imag/,
    );
    const weight = tf.variable(tf.tensor([1, 2]), true, 'values/weight');
    assert.equal(textOf(weight), 'Variable "values/weight", float32, shape [2]\n[1, 2]');
    weight.dispose();
  });

  it('tells the first and last values of each dimension where there are many', () => {
    const matrix = show(() => tf.range(0, 4e6).reshape([2000, 2000])).split('\n');
    assert.deepEqual(matrix, [
      'Tensor, float32, shape [2000, 2000]',
      '[[      0,       1,       2, ...,    1997,    1998,    1999],',
      ' [   2000,    2001,    2002, ...,    3997,    3998,    3999],',
      ' [   4000,    4001,    4002, ...,    5997,    5998,    5999],',
      ' ...,',
      ' [3994000, 3994001, 3994002, ..., 3995997, 3995998, 3995999],',
      ' [3996000, 3996001, 3996002, ..., 3997997, 3997998, 3997999],',
      ' [3998000, 3998001, 3998002, ..., 3999997, 3999998, 3999999]]',
    ]);
    const views = show(() => tf.range(0, 2 * 3 * 8 * 8).reshape([2, 3, 8, 8]));
    assert.match(views, /^Tensor, float32, shape \[2, 3, 8, 8\]\n\[\[\[\[ {2}0, {3}1, \.\.\., {3}6, {3}7\],/);
    assert.match(views, /\[376, 377, \.\.\., 382, 383\]\]\]\]$/);
    assert.ok(views.split('\n').length < 40);
  });

  it('reads slices only, and leaves no tensor behind', () => {
    const tensor = tf.ones([300, 400]);
    const read: number[] = [];
    const { dataSync } = tf.Tensor.prototype;
    const before = tf.memory().numTensors;
    tf.Tensor.prototype.dataSync = function (this: tf.Tensor) {
      read.push(this.size);
      return dataSync.call(this) as never;
    };
    try {
      textOf(tensor);
    } finally {
      tf.Tensor.prototype.dataSync = dataSync;
    }
    assert.deepEqual(read, [9, 9, 9, 9]);
    assert.equal(tf.memory().numTensors, before);
    tensor.dispose();
  });

  it('says that it is disposed, and is short inside of others', () => {
    const [kept, gone] = [tf.tensor([1, 2]), tf.scalar(1)];
    gone.dispose();
    assert.equal(textOf(gone), 'Tensor, float32, scalar, disposed: its values are gone');
    assert.equal(
      textOf({ kept, all: [gone] }),
      '{ kept: <Tensor, float32, shape [2]>, all: [ <Tensor, float32, scalar, disposed> ] }',
    );
    kept.dispose();
  });
});

describe('a data frame at the end of a cell', () => {
  it('is a table with its index and types', () => {
    const frame = new danfo.DataFrame(
      { share: [1, 2.5, 1 / 3], name: ['x', null, '<b>&'] },
      { index: ['r1', 'r2', 'r3'] },
    );
    assert.deepEqual(lines(frame), [
      '      share  name',
      '    float32  string',
      'r1        1  x',
      'r2      2.5  null',
      'r3   0.3333  <b>&',
      '3 rows × 2 columns',
    ]);
    const html = bundleOf(frame)!['text/html'];
    assert.ok(html.includes('&#60;b&#62;&#38;') && !html.includes('<b>'));
    assert.match(html, /^<div style="overflow-x: auto"><table>/);
    assert.match(html, /<th style="text-align: left">r1<\/th><td>1<\/td>/);
    // Colours are the theme's, so that they are readable in each.
    assert.doesNotMatch(html, /color|background|opacity/);
  });

  it('shows first and last rows and columns of a large one, and of a series', () => {
    const column = (c: number) => numbers(1000).map((r) => r * c);
    const frame = new danfo.DataFrame(Object.fromEntries(numbers(30).map((c) => [`c${c}`, column(c)])));
    const text = lines(frame);
    assert.match(text[0], / c8 +c9 +… +c20 +c21 /);
    assert.equal(text[7], '… 990 more rows …');
    assert.match(text[12], /^999 .* 28971$/);
    assert.equal(text[13], '1000 rows × 30 columns');
    const series = lines(frame.column('c2'));
    assert.deepEqual(series.slice(-2), ['999   1998', '1000 rows']);
  });
});

describe('what xkd makes, at the end of a cell', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'xkd-values-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is a table for a configuration, which nothing else sees', () => {
    const config = configure('nano', { 'mask.video': 0.5 });
    const text = textOf(config);
    assert.match(text, /^Configuration: preset nano, variant MS\n/);
    assert.match(text, /\nmask +video 0\.5, audio 0\.8\n/);
    assert.match(text, /\nChanged in the preset: mask\.video 0\.5\.$/);
    assert.match(bundleOf(config)!['text/html'], /<caption>Configuration: preset nano/);
    assert.match(textOf(changeConfig(config, { sharing: 'students' })), /variant MAS/);
    const copy = structuredClone(config);
    assert.deepStrictEqual(config, copy);
    assert.equal(JSON.stringify(config), JSON.stringify(copy));
    assert.deepEqual(Reflect.ownKeys({ ...config }), Object.keys(copy));
    assert.match(textOf({ ...config }), /^\{\n {2}preset: 'nano',/);
  });

  it('is a table for a run, before, while and after it trains', async () => {
    const run = await open(null);
    assert.ok(run instanceof PretrainingRun);
    assert.match(textOf(run), /^Pretraining run\n[^]*\nstate +not training\nsteps taken +0 of 8\n/);
    for await (const { step } of run) {
      if (step === 1) assert.match(textOf(run), /\nstate +training\nsteps taken +2 of 8\n[^]*\nloss +\d/);
      await setImmediate();
    }
    assert.match(textOf(run), /\nstate +done\nsteps taken +8 of 8\n/);
    await finish(run);
    run.state.dispose();
  });

  it('is a table for the costs of a configuration', () => {
    assert.match(
      textOf(describeConfig(configure('nano'))),
      /\ntokens of a global view +video 64, audio 32\n/,
    );
  });

  it('is a table for the result of a protocol that was read, and for a report', () => {
    const { json } = writeResult(folder, result);
    assert.deepEqual(lines(readResult(json)), [
      'svm on ucf101 (2 classes): video of the teacher, seed 0',
      'metric  fold 1  fold 2  mean',
      'top1    80.0 %  90.0 %  85.0 %',
      '9 clips to learn from, 5 to test in the first of 2 folds; network: untrained.',
      'A note.',
    ]);
    const report = readReport([folder]);
    assert.match(
      textOf(report),
      /^ours: measured with this program; paper: published by Sarkar[^]*\nUCF101 .* 85\.0 %/,
    );
    assert.deepEqual(Object.keys(report), ['rows', 'notes', 'problems']);
  });

  it('is a table for a data set and its survey', async () => {
    for (const path of ['train/bell/1.mp4', 'train/drum/2.mp4', 'test/bell/3.mp4']) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), '');
    }
    writeFileSync(
      join(folder, 'index.csv'),
      'path,label,split\ntrain/bell/1.mp4,bell,train\ntrain/drum/2.mp4,drum,train\ntest/bell/3.mp4,bell,test\n',
    );
    assert.deepEqual(lines(await openDataset(folder)).slice(0, 4), [
      'Data set folder: 3 clips, 2 classes, video and audio',
      'split  clips',
      'train      2',
      'test       1',
    ]);
    const survey = lines(await surveyDataset(folder, { open: null }));
    assert.equal(survey[0], `${folder}: 3 of 3 clips are there, 2 classes`);
    assert.match(survey[2], /^all +3 +3 +0$/);
  });

  it('is what an object of one’s own says', () => {
    const rows = [{ part: '<needle>', turns: 2 }];
    const gauge = shownAs({ turns: 2 }, ({ turns }) => ({
      caption: `${turns} turns`,
      rows,
      notes: ['Well.'],
    }));
    assert.equal(textOf(gauge), '2 turns\npart      turns\n<needle>      2\nWell.');
    assert.match(bundleOf(gauge)!['text/html'], /&#60;needle&#62;.*<p>Well\.<\/p>$/);
    const picture = { [showValue]: () => ({ 'image/svg+xml': '<svg/>', 'text/plain': 'a line' }) };
    assert.deepEqual(bundleOf(picture), { 'image/svg+xml': '<svg/>', 'text/plain': 'a line' });
  });
});

const result: ProtocolResult = {
  format: 1,
  protocol: 'svm',
  dataset: { name: 'ucf101', root: 'ucf101', classes: ['a', 'b'], multiLabel: false },
  modality: 'video',
  tower: 'teacher',
  network: {
    source: 'untrained',
    hash: '0'.repeat(64),
    preset: 'base',
    variant: 'MS',
    changes: {},
    step: null,
    seed: 0,
  },
  settings: {},
  seed: 0,
  folds: [
    { name: '1', trainClips: 9, testClips: 5, metrics: { top1: 0.8 } },
    { name: '2', trainClips: 8, testClips: 6, metrics: { top1: 0.9 } },
  ],
  metrics: { top1: 0.85 },
  skipped: [],
  notes: ['A note.'],
  createdBy: [],
};
