import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  closeSideBySide,
  comparisonFigure,
  configure,
  decodeClip,
  makeSampleSet,
  openDataset,
  openSideBySide,
  shareBatches,
  singleClips,
  tf,
  UserError,
  viewPictures,
  watchSideBySide,
  type BatchSource,
  type Contender,
  type StepMetrics,
  type ViewBatch,
} from 'xkd/internal';
import { captureDisplays } from './captureDisplays';

const overrides = {
  'encoder.depth': 1,
  'decoder.depth': 1,
  'training.steps': 2,
  'training.batch': 4,
  'optimiser.warmupEpochs': 0,
  'loader.workers': 1,
};

describe('shared batches', () => {
  const source = (...ahead: number[]) => {
    const calls = { made: 0, closed: 0, recycled: [] as number[] };
    const batches: BatchSource = {
      next: async () => ({ step: calls.made++ }) as ViewBatch,
      close: async () => void calls.closed++,
      recycle: ({ step }) => void calls.recycled.push(step),
      skipped: [],
    };
    return { calls, readers: shareBatches(batches, ahead) };
  };

  it('reach every reader in order and are made once', async () => {
    const { calls, readers } = source(0, 0);
    const [first, second] = readers;
    const ahead = [await first.next(), await first.next()];
    assert.deepEqual([await second.next(), await second.next()], ahead);
    assert.deepEqual([ahead[0].step, ahead[1].step, calls.made], [0, 1, 2]);
  });

  it('are the same ones for a reader that continues from a later one', async () => {
    const { readers } = source(0, 2);
    const [behind, ahead] = readers;
    assert.equal((await ahead.next()).step, 2);
    const steps: number[] = [];
    for (let i = 0; i < 4; i++) steps.push((await behind.next()).step);
    assert.deepEqual([...steps, (await ahead.next()).step], [0, 1, 2, 3, 3]);
  });

  it('are given back when every reader is done with them', async () => {
    const { calls, readers } = source(0, 0);
    const [first, second] = readers;
    const batches = [await first.next(), await first.next()];
    batches.forEach((batch) => first.recycle!(batch));
    assert.deepEqual(calls.recycled, []);
    second.recycle!(await second.next());
    assert.deepEqual(calls.recycled, [0]);
    // Asked for, though not yet there.
    const coming = first.next();
    const last = [await second.next(), await second.next()];
    last.forEach((batch) => second.recycle!(batch));
    assert.deepEqual(calls.recycled, [0, 1]);
    first.recycle!(await coming);
    assert.deepEqual(calls.recycled, [0, 1, 2]);
    // Only the other one still takes some.
    await first.close();
    second.recycle!(await second.next());
    assert.deepEqual(calls.recycled, [0, 1, 2, 3]);
  });

  it('end when the last reader closes', async () => {
    const { calls, readers } = source(0, 0);
    const [first, second] = readers;
    await first.close();
    await first.close();
    assert.equal(calls.closed, 0);
    assert.equal((await second.next()).step, 0);
    await assert.rejects(first.next(), /closed/);
    await second.close();
    assert.equal(calls.closed, 1);
  });
});

describe('runs side by side', function () {
  this.timeout(120_000);
  let folder: string;
  const data = () => join(folder, 'set');
  const variants = {
    MS: configure('nano', overrides),
    MAS: configure('nano-mas', overrides),
    MATS: configure('nano-mats', overrides),
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'xkd-side-'));
    await makeSampleSet({ out: data(), train: 8, test: 8 });
  });
  after(() => rmSync(folder, { recursive: true }));

  it('take their steps in turn; students that start alike have the same first losses', async () => {
    const tensors = tf.memory().numTensors;
    const contenders = await openSideBySide({ configs: variants, data: data() });
    const order: string[] = [];
    contenders.forEach(({ name, history }) => {
      const push = history.push.bind(history);
      history.push = (...metrics) => (order.push(name), push(...metrics));
    });
    const shown = await captureDisplays(() => watchSideBySide(contenders, { title: 'three' }));
    assert.deepEqual(order, ['MS', 'MAS', 'MATS', 'MS', 'MAS', 'MATS']);
    const [ms, mas, mats] = contenders.map(({ history }) => history.map(({ total }) => total));
    assert.equal(mas[0], mats[0]);
    assert.notEqual(ms[0], mas[0]);
    assert.ok([...ms, ...mas, ...mats].every(Number.isFinite));
    assert.ok(shown.some(({ data }) => /^three .* 100 % · 6\/6 steps/.test(String(data['text/plain']))));
    await watchSideBySide(contenders);
    assert.equal(order.length, 6, 'nothing is left to do');
    await closeSideBySide(contenders);
    assert.equal(tf.memory().numTensors, tensors);
  });

  it('stop after the running step when interrupted, and continue with the run that is behind', async () => {
    const contenders = await openSideBySide({ configs: variants, data: data(), eager: true });
    const taken = () => contenders.map(({ history }) => history.length);
    const interrupt = {
      get requested() {
        return taken()[1] === 1;
      },
      signal: null,
      whenRequested: Promise.resolve(),
      whenInsistingEnds: Promise.resolve(),
      stop: () => undefined,
    };
    await watchSideBySide(contenders, { interrupt });
    assert.deepEqual(taken(), [1, 1, 0]);
    await watchSideBySide(contenders);
    assert.deepEqual(taken(), [2, 2, 2]);
    assert.deepEqual(
      contenders.map(({ history }) => history.map(({ step }) => step).join()),
      ['0,1', '0,1', '0,1'],
    );
    await closeSideBySide(contenders);
  });

  it('are refused where they would need other batches', async () => {
    const configs = { ...variants, other: configure('nano', { ...overrides, seed: 1, 'training.batch': 8 }) };
    await assert.rejects(
      openSideBySide({ configs, data: data() }),
      (error) => error instanceof UserError && /other differs .* in seed, training/.test(error.message),
    );
  });

  it('single clips know where they begin in their file', async () => {
    const { entries } = await openDataset(data(), { splits: ['test'] });
    const config = variants.MS;
    for (const { entry, video, startSeconds } of await singleClips(entries.slice(0, 3), config)) {
      const frames = viewPictures(video.data, config.clip.frameSize);
      const distance = async (start: number) => {
        const decoded = await decodeClip(entry.path, { startSeconds: start, clipSeconds: 1, framesPerSecond: 8, shortSide: 32 }); // prettier-ignore
        const size = frames[0].data.length;
        const first = decoded.frames!.subarray(0, size);
        return first.reduce((sum, value, i) => sum + Math.abs(value - frames[0].data[i]), 0) / size;
      };
      assert.ok((await distance(startSeconds)) < 3, `${await distance(startSeconds)}`);
      assert.ok((await distance(startSeconds + 0.125)) > (await distance(startSeconds)));
    }
  });
});

describe('figure of several runs', () => {
  const history = Array.from({ length: 450 }, (_, step) => ({ step, reconstruction: 1, distillation: step < 10 ? 15 : 5 }) as StepMetrics); // prettier-ignore
  const histories = ['a', 'b'].map((name) => ({ name, history }) as unknown as Contender);

  it('has a panel for each term, in which a run keeps its colour, and names each run once', () => {
    const level = { value: 4.85, name: 'log(outputs)' };
    const { data: traces, layout } = comparisonFigure({ histories, levels: { distillation: level } });
    assert.deepEqual(
      traces.map(({ name, xaxis, showlegend }) => [name, xaxis, showlegend]),
      [
        ['a', 'x', true],
        ['b', 'x', true],
        ['a', 'x2', false],
        ['b', 'x2', false],
      ],
    );
    const colour = (i: number) => (traces[i].type === 'scatter' ? traces[i].line!.color : null);
    assert.equal(colour(0), colour(2));
    assert.notEqual(colour(0), colour(1));
    assert.deepEqual([layout.shapes![0].yref, layout.shapes![0].y0], ['y2', 4.85]);
    assert.deepEqual(
      layout.yaxis2!.range!.map((value) => value.toFixed(4)),
      ['4.8425', '5.0075'],
    );
    assert.match(layout.annotations![1].text, /^distillation \(dotted: log\(outputs\)\)$/);
  });
});
