import assert from 'node:assert/strict';
import { tf } from 'xkd';
import { fusedLerp, hasFusedOps } from 'xkd/dist/tensor/fusedOps';
import {
  CompiledFunction,
  GraphLimit,
  Program,
  TraceError,
  flattenTree,
  hasGraphs,
} from 'xkd/dist/tensor/graph';
import { stage } from 'xkd/dist/tensor/stage';

interface Inputs {
  readonly state: ReadonlyMap<string, tf.Tensor>;
  readonly x: tf.Tensor;
}

interface Outputs {
  readonly state: ReadonlyMap<string, tf.Tensor>;
  readonly loss: tf.Tensor;
}

/** Adds the input's sum to all values of the state; the loss is the input's sum. */
function accumulate({ state, x }: Inputs): Outputs {
  const loss = tf.sum(x);
  stage(loss);
  return { state: new Map([...state].map(([name, value]) => [name, tf.add(value, loss)])), loss };
}

function compile(program?: Program): CompiledFunction<Inputs, Outputs> {
  return new CompiledFunction(accumulate, { program, reads: { state: 'state' }, writes: { state: 'state' } });
}

function makeState(): Map<string, tf.Tensor> {
  return new Map<string, tf.Tensor>([
    ['a', tf.tensor1d([1, 2])],
    ['b', tf.tensor2d([[3], [4], [5]])],
  ]);
}

/** Replaces old tensors by new ones, as a training state does. */
function commit(state: Map<string, tf.Tensor>, fresh: ReadonlyMap<string, tf.Tensor>): void {
  for (const [name, tensor] of fresh) {
    const old = state.get(name);
    state.set(name, tensor);
    if (old !== tensor) old?.dispose();
  }
}

function step(
  compiled: CompiledFunction<Inputs, Outputs>,
  state: Map<string, tf.Tensor>,
  values: number[],
): number {
  const x = tf.tensor1d(values);
  const outputs = compiled.call({ state, x });
  commit(state, outputs.state);
  const loss = outputs.loss.dataSync()[0];
  tf.dispose([x, outputs.loss]);
  return loss;
}

const read = (state: Map<string, tf.Tensor>, name: string) => [...state.get(name)!.dataSync()];

describe('state in the variables of a graph', () => {
  before(function () {
    if (!hasGraphs()) this.skip();
  });

  it('is pushed once, updated in the runs, and read when somebody asks', () => {
    const compiled = compile();
    const state = makeState();
    assert.equal(step(compiled, state, [1, 2]), 3);
    assert.equal(step(compiled, state, [4, 6]), 10);
    assert.deepEqual(read(state, 'a'), [14, 15]);
    assert.deepEqual(read(state, 'b'), [16, 17, 18]);
    assert.equal(step(compiled, state, [1, 0]), 1);
    assert.deepEqual(read(state, 'a'), [15, 16], 'reading changes nothing');
    compiled.dispose();
    tf.dispose([...state.values()]);
  });

  it('outlives a trace for another shape, and is shared by functions of one program', () => {
    const program = new Program();
    const [first, second] = [compile(program), compile(program)];
    const state = makeState();
    step(first, state, [1, 2]);
    step(first, state, [1, 1, 1]);
    step(second, state, [4]);
    assert.equal(first.traces, 2);
    assert.deepEqual(read(state, 'a'), [11, 12]);
    program.dispose();
    assert.deepEqual(read(state, 'b'), [13, 14, 15], 'it comes out when the program goes');
    tf.dispose([...state.values()]);
  });

  it('outlives a session that is full of graphs, and functions of the one before trace again', () => {
    const program = new Program();
    const [first, second] = [compile(program), compile(program)];
    const state = makeState();
    step(second, state, [1]);
    for (let size = 1; size <= 12; size++) step(first, state, new Array<number>(size).fill(1));
    assert.equal(first.traces, 12);
    step(second, state, [1]);
    assert.equal(second.traces, 2);
    step(first, state, new Array<number>(12).fill(0));
    assert.equal(first.traces, 12);
    assert.deepEqual(read(state, 'a'), [81, 82]);
    program.dispose();
    tf.dispose([...state.values()]);
  });

  it('is read many at a time, and what was read keeps its values', () => {
    const compiled = compile();
    const state = new Map(
      Array.from({ length: 30 }, (_, i): [string, tf.Tensor] => [`v${i}`, tf.fill([3, i + 1], i)]),
    );
    step(compiled, state, [1]);
    const before = [...state.values()].map((tensor) => tensor.dataSync());
    commit(state, new Map([['v20', tf.fill([3, 21], 100)]]));
    assert.equal(state.get('v20')!.dataSync()[0], 100);
    step(compiled, state, [2]);
    [...state.values()].forEach((tensor, i) => {
      const value = (i === 20 ? 99 : i) + 1;
      assert.deepEqual([...new Set(before[i])], [i + 1]);
      assert.deepEqual([...new Set(tensor.dataSync())], [value + 2]);
      assert.equal(tensor.dataSync().length, 3 * (i + 1));
    });
    compiled.dispose();
    tf.dispose([...state.values()]);
  });

  it('is replaced in its own memory by the optimiser, where nobody else has it', function () {
    if (!hasFusedOps()) this.skip();
    const program = new Program();
    const compiled = new CompiledFunction(
      ({ state, x }: Inputs) => {
        stage(tf.sum(x));
        const first = fusedLerp(state.get('a')!, x, tf.tensor1d([1, 2]));
        return { state: new Map([['a', fusedLerp(first, first, tf.tensor1d([1, 1]))]]) };
      },
      { program, reads: { state: 'state' }, writes: { state: 'state' } },
    );
    const values = 5000; // Too many to be copied when they are read.
    const state = new Map<string, tf.Tensor>([['a', tf.fill([values], 1)]]);
    const run = (x: number) =>
      tf.tidy(() => {
        const fresh = compiled.call({ state, x: tf.fill([values], x) }).state;
        commit(state, new Map([...fresh].map(([name, tensor]) => [name, tf.keep(tensor)])));
      });
    run(1); // 2 (1 + 2)
    const read = state.get('a')!.dataSync();
    run(2); // 2 (6 + 4), while the previous values are still in use
    run(3); // 2 (20 + 6)
    assert.deepEqual([...new Set(read)], [6]);
    assert.deepEqual([...new Set(state.get('a')!.dataSync())], [52]);
    compiled.dispose();
    assert.deepEqual([...new Set(state.get('a')!.dataSync())], [52]);
    program.dispose();
    tf.dispose([...state.values()]);
  });

  it('keeps its values where a function would let the optimiser have them and give nothing back', function () {
    if (!hasFusedOps()) this.skip();
    const compiled = new CompiledFunction(
      ({ state, x }: Inputs) => {
        stage(tf.sum(x));
        const blended = fusedLerp(state.get('a')!, x, tf.tensor1d([1, 2]));
        return { loss: tf.sum(blended), state: new Map([['b', tf.add(state.get('b')!, 1)]]) };
      },
      { reads: { state: 'state' }, writes: { state: 'state' } },
    );
    const state = makeState();
    const x = tf.tensor1d([1, 1]);
    for (let attempt = 0; attempt < 2; attempt++) {
      assert.throws(
        () => compiled.call({ state, x }),
        (error: Error) =>
          error instanceof TraceError &&
          /XkdBlend replaces "state.*a".*gives no new value/.test(error.message),
      );
    }
    assert.deepEqual(read(state, 'a'), [1, 2]);
    assert.deepEqual(read(state, 'b'), [3, 4, 5]);
    compiled.dispose();
    tf.dispose([x, ...state.values()]);
  });

  it('takes what was put into it from outside', () => {
    const compiled = compile();
    const state = makeState();
    step(compiled, state, [1]);
    commit(state, new Map([['a', tf.tensor1d([100, 200])]]));
    step(compiled, state, [1]);
    assert.deepEqual(read(state, 'a'), [101, 201]);
    assert.deepEqual(read(state, 'b'), [5, 6, 7]);
    compiled.dispose();
    tf.dispose([...state.values()]);
  });

  it('is used by ordinary ops, and copies of it keep their values', () => {
    const compiled = compile();
    const state = makeState();
    step(compiled, state, [1]);
    const copy = tf.clone(state.get('a')!);
    const doubled = tf.mul(state.get('b')!, 2);
    step(compiled, state, [10]);
    assert.deepEqual([...copy.dataSync()], [2, 3]);
    assert.deepEqual([...doubled.dataSync()], [8, 10, 12]);
    assert.deepEqual(read(state, 'a'), [12, 13]);
    compiled.dispose();
    tf.dispose([copy, doubled, ...state.values()]);
  });

  it('tells that the values of a tensor were replaced', () => {
    const compiled = compile();
    const state = makeState();
    step(compiled, state, [1]);
    const before = new Map(state);
    const x = tf.tensor1d([1]);
    const outputs = compiled.call({ state, x });
    assert.throws(() => before.get('a')!.dataSync(), /a later run has replaced them/);
    assert.deepEqual([...outputs.state.get('a')!.dataSync()], [3, 4]);
    compiled.dispose();
    tf.dispose([x, outputs.loss, ...outputs.state.values(), ...before.values()]);
  });

  it('stays as it was where a loss is not finite, and the loss is told', () => {
    const compiled = compile();
    const state = makeState();
    step(compiled, state, [1]);
    for (const bad of [NaN, Infinity]) {
      const x = tf.tensor1d([bad]);
      const outputs = compiled.call({ state, x });
      assert.equal(outputs.loss.dataSync()[0], bad);
      assert.equal(outputs.state.get('a'), state.get('a'));
      tf.dispose([x, outputs.loss]);
    }
    assert.deepEqual(read(state, 'a'), [2, 3]);
    assert.equal(step(compiled, state, [5]), 5);
    assert.deepEqual(read(state, 'a'), [7, 8]);
    compiled.dispose();
    tf.dispose([...state.values()]);
  });

  it('stays as it was where memory runs out, and the sentence tells the way out', () => {
    const program = new Program();
    const state = makeState();
    const compiled = compile(program);
    step(compiled, state, [1]);
    const greedy = new CompiledFunction(
      (inputs: Inputs) => {
        const rows = tf.tile(tf.reshape(inputs.x, [1, 1]), [2 ** 24, 2 ** 24]); // 1 PiB, beyond any address space
        return accumulate({ state: inputs.state, x: tf.sum(tf.mul(rows, rows)) });
      },
      { program, reads: { state: 'state' }, writes: { state: 'state' } },
    );
    const x = tf.tensor1d([1]);
    assert.throws(
      () => greedy.call({ state, x }),
      (error: Error) =>
        error instanceof GraphLimit &&
        error.code === 'RESOURCE_EXHAUSTED' &&
        /choose a smaller training\.batch/.test(error.message),
    );
    assert.deepEqual(read(state, 'a'), [2, 3]);
    step(compiled, state, [1]);
    assert.deepEqual(read(state, 'a'), [3, 4]);
    x.dispose();
    program.dispose();
    tf.dispose([...state.values()]);
  });

  it('leaves no tensors and no memory behind over 50 runs', () => {
    const compiled = compile();
    const state = new Map([['large', tf.zeros([1024, 1024]) as tf.Tensor]]);
    const run = (times: number) => {
      for (let i = 0; i < times; i++) step(compiled, state, [i]);
    };
    run(10);
    const [tensors, bytes] = [tf.memory().numTensors, process.memoryUsage.rss()];
    run(50);
    assert.equal(tf.memory().numTensors, tensors);
    const grown = (process.memoryUsage.rss() - bytes) / 2 ** 20;
    assert.ok(grown < 100, `grew by ${grown.toFixed(0)} MiB; a leak would be 200`);
    compiled.dispose();
    tf.dispose([...state.values()]);
  });

  it('runs beside the event loop, and is not read halfway', async () => {
    const state = new Map([['w', tf.fill([700, 700], 1 / 700) as tf.Tensor]]);
    const compiled = new CompiledFunction(
      ({ state, x }: Inputs) => {
        let power = state.get('w')!;
        for (let i = 0; i < 40; i++) power = tf.matMul(power, state.get('w')!);
        stage();
        return { state: new Map([['w', power]]), loss: tf.sum(x) };
      },
      { reads: { state: 'state' }, writes: { state: 'state' } },
    );
    const x = tf.tensor1d([1]);
    const first = compiled.call({ state, x });
    commit(state, first.state);
    let turns = 0;
    let refused: unknown = null;
    const count = () => {
      turns += 1;
      try {
        state.get('w')!.dataSync();
      } catch (error) {
        refused ??= error;
      }
    };
    const timer = setInterval(count, 1);
    const collect = await compiled.callAsync({ state, x });
    clearInterval(timer);
    assert.ok(turns > 0, 'timers ran during the run');
    assert.match(String(refused), /read it when the run has ended/);
    const second = collect();
    commit(state, second.state);
    assert.ok(Math.abs(state.get('w')!.dataSync()[0] - 1 / 700) < 1e-6);
    compiled.dispose();
    tf.dispose([x, first.loss, second.loss, ...state.values()]);
  });

  it('gives an error of a run beside the event loop to whoever collects', async () => {
    const compiled = compile();
    const state = makeState();
    const x = tf.tensor1d([NaN]);
    const outputs = (await compiled.callAsync({ state, x }))();
    assert.ok(Number.isNaN(outputs.loss.dataSync()[0]));
    assert.deepEqual([...flattenTree(outputs.state).values()], [...state.values()]);
    compiled.dispose();
    tf.dispose([x, outputs.loss, ...state.values()]);
  });
});
