import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { projectPath } from 'xkd';
import { Kernel } from './kernelClient';

interface CodeCell {
  readonly id: string;
  readonly code: string;
}

/** Resources held by the kernel's process. */
interface Held {
  readonly tensors: number;
  readonly bytes: number;
  readonly residentMegabytes: number;
  readonly comms: number;
}

const countHeld =
  "const memoryNow = (require('xkd') as typeof import('xkd')).tf.memory(); " +
  'console.log(JSON.stringify([memoryNow.numTensors, memoryNow.numBytes, process.memoryUsage().rss / 1e6]));';
/** Above the allocators' fluctuations (80 MB were seen), and half of what three rounds took while freed memory was kept. */
const residentBoundMegabytes = 150;

describe('cells that are run again in the same kernel', function () {
  this.timeout(900_000);
  let kernel: Kernel;

  before(async () => {
    kernel = await Kernel.start({ environment: { XKD_FAST: '1' } });
    // A front end that supports widgets shows this by asking for them.
    await kernel.request('comm_info_request', { target_name: 'jupyter.widget' });
  });
  after(() => kernel?.stop());

  const run = async (code: string, cellId?: string): Promise<string> => {
    const { reply, text } = await kernel.execute(code, {}, cellId === undefined ? {} : { cellId });
    assert.equal(reply.status, 'ok', JSON.stringify(reply));
    return text.trim();
  };
  const openComms = async () => {
    const { content } = await kernel.request('comm_info_request', {});
    return Object.keys(content.comms as object).length;
  };
  const held = async (): Promise<Held> => {
    const [tensors, bytes, residentMegabytes] = JSON.parse(await run(countHeld)) as number[];
    return { tensors, bytes, residentMegabytes, comms: await openComms() };
  };

  it('leave as many tensors, widgets and as much memory as before: notebook 03 up to its training', async () => {
    const cells = cellsUpTo('watchTraining(');
    const rounds: Held[] = [];
    for (let round = 0; round < 5; round++) {
      for (const { id, code } of cells) await run(code, id);
      rounds.push(await held());
    }
    const [first, second, ...later] = rounds;
    assert.ok(first.tensors > 500 && first.comms > 20, JSON.stringify(first));
    for (const { tensors, bytes, comms } of [second, ...later])
      assert.deepEqual([tensors, bytes, comms], [first.tensors, first.bytes, first.comms]);
    const grown = later.at(-1)!.residentMegabytes - second.residentMegabytes;
    assert.ok(grown < residentBoundMegabytes, `${grown} MB more after three further rounds`);

    // A run that a variable still refers to goes on; without the variable it is freed.
    await run('const keptRun = run;');
    for (const { id, code } of cells.filter((cell) => /openPretraining|watchTraining/.test(cell.code)))
      await run(code, id);
    const twice = await held();
    assert.ok(twice.tensors > first.tensors + 500, `${twice.tensors} tensors with a second run`);
    assert.equal(await run('console.log(keptRun !== run, keptRun.state.step);'), 'true 30');
    const weights =
      'Array.from(keptRun.state.tensors.weights.values(), (weight) => weight.dataSync().length)';
    assert.equal(await run(`console.log(${weights}.every((length) => length > 0));`), 'true');
    await run('const keptRun = null;');
    assert.equal((await held()).tensors, first.tensors);
  });

  it('leave values alone that another name has, and free them with that name', async () => {
    await run("import { configure, tf, TrainState } from 'xkd';");
    const before = (await held()).tensors;
    const make = "const state = TrainState.create(configure('nano')); const three = tf.tensor1d([1, 2, 3]);";
    await run(make, 'make');
    const once = (await held()).tensors;
    await run('const kept = { state, three };');
    await run(make, 'make');
    await run(make, 'make');
    assert.equal((await held()).tensors - before, 2 * (once - before));
    const sum =
      'console.log([...kept.state.tensors.weights.values()].every((w) => w.dataSync().length === w.size), ';
    assert.equal(await run(`${sum}kept.three.add(1).dataSync().join());`), 'true 2,3,4');
    await run('const kept = undefined;');
    assert.equal((await held()).tensors, once);
  });

  it('keep the old values of names that a failed run has not assigned', async () => {
    await run("import { tf } from 'xkd'; const three = tf.tensor1d([1, 2, 3]);", 'cell');
    const failing = "if (Date.now() > 0) throw new Error('before'); const three = tf.tensor1d([4]);";
    const { reply } = await kernel.execute(failing, {}, { cellId: 'cell' });
    assert.equal(reply.status, 'error');
    assert.equal(await run('console.log(three.dataSync().join());'), '1,2,3');
  });

  it('take widgets of their earlier run off the page, whose values stay', async () => {
    const open = (value: number) =>
      `import { floatSlider, showWidget } from 'xkd';\nconst slider = floatSlider({ value: ${value}, min: 0, max: 1, step: 0.1 });\nshowWidget(slider);`;
    const before = await openComms();
    await run(open(0.1), 'slider');
    const each = (await openComms()) - before;
    assert.ok(each > 0);
    await run('const old = slider;');
    await run(open(0.2), 'slider');
    assert.equal(await openComms(), before + each, 'known by its id');
    assert.equal(await run("console.log(old.get('value'), slider.get('value'));"), '0.1 0.2');
    await run(open(0.3), 'another');
    assert.equal(await openComms(), before + 2 * each, 'another cell');
    await run(open(0.4));
    await run(open(0.4));
    assert.equal(await openComms(), before + 3 * each, 'known by its text where it has no id');
  });
});

function cellsUpTo(text: string): CodeCell[] {
  const file = projectPath('notebooks/03_cross_modal_distillation.ipynb');
  const { cells } = JSON.parse(readFileSync(file, 'utf8')) as {
    cells: { cell_type: string; id: string; source: string[] }[];
  };
  const code = cells.filter((cell) => cell.cell_type === 'code');
  const found = code.map(({ id, source }) => ({ id, code: source.join('') }));
  return found.slice(0, found.findIndex((cell) => cell.code.includes(text)) + 1);
}
