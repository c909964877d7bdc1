import assert from 'node:assert/strict';
import { createHook } from 'node:async_hooks';
import { createRequire } from 'node:module';
import { inspect } from 'node:util';
import { projectPath, showValue, tf } from 'xkd';

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

  it('is a promise without the numbers that Node gives it while asynchronous calls are followed', () => {
    const hook = createHook({ init() {}, promiseResolve() {} }).enable();
    const promises = [Promise.resolve(1), [Promise.resolve(2)]];
    hook.disable();
    assert.deepEqual(promises.map(textOf), ['Promise { 1 }', '[ Promise { 2 } ]']);
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
    // Colours come from the theme, so that they are readable in each.
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
