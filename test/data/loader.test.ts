import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import {
  configure,
  openClipPool,
  openLoader,
  UserError,
  type MediaEntry,
  type NdArray,
  type Overrides,
  type ViewBatch,
  type XkdConfig,
} from 'xkd/internal';
import { ordinaryClip, temporaryFolder } from '../media/fixtures';

describe('openLoader', function () {
  this.timeout(300_000);
  const file = temporaryFolder();
  let entries: MediaEntry[];

  before(() => {
    entries = Array.from({ length: 10 }, (_, i) => {
      ordinaryClip(file(`${i}.mp4`), 1 + 0.2 * i, { hue: 20 * i });
      return { path: file(`${i}.mp4`), label: null, split: null };
    });
  });

  it('gives batches of normalised views', async () => {
    const [batch] = await load(entries, nano(), 0, 1);
    assert.deepEqual(
      batch.video.map(({ shape }) => shape),
      [
        [4, 3, 8, 32, 32],
        [4, 3, 4, 24, 24],
      ],
    );
    assert.deepEqual(
      batch.audio.map(({ shape }) => shape),
      [
        [4, 1, 32, 32],
        [4, 1, 32, 16],
      ],
    );
    for (const { data, shape } of [...batch.video, ...batch.audio]) {
      assert.equal(
        data.length,
        shape.reduce((product, length) => product * length, 1),
      );
      assert.ok(data.every(Number.isFinite));
      assert.ok(new Set(data).size > 50);
    }
    assert.equal(batch.entries.length, 4);
  });

  it('gives a batch in parts, in the same order and with the same draws', async () => {
    const whole = await load(entries, nano(), 1, 3);
    const parts = await load(entries, nano({ 'training.accumulate': 2 }), 1, 3);
    assert.deepEqual(
      parts.map(({ step, microBatch }) => [step, microBatch]),
      [
        [1, 0],
        [1, 1],
        [2, 0],
        [2, 1],
      ],
    );
    whole.forEach(({ video, audio, entries: files }, i) => {
      const [first, second] = parts.slice(2 * i, 2 * i + 2);
      assert.deepEqual([...first.entries, ...second.entries], files);
      const join = (a: readonly NdArray[], b: readonly NdArray[]) =>
        a.map(({ data }, view) => Float32Array.of(...data, ...b[view].data));
      assert.deepEqual(
        join(first.video, second.video),
        video.map(({ data }) => data),
      );
      assert.deepEqual(
        join(first.audio, second.audio),
        audio.map(({ data }) => data),
      );
    });
  });

  it('depends on seed and step alone: not on threads, prefetching or where it was resumed', async () => {
    const one = await load(entries, nano({ 'loader.workers': 1, 'loader.prefetch': 1 }), 0, 5);
    const three = await load(entries, nano({ 'loader.workers': 3, 'loader.prefetch': 4 }), 0, 5);
    assert.deepEqual(three, one);
    const resumed = await load(entries, nano({ 'loader.workers': 2 }), 3, 5);
    assert.deepEqual(resumed, one.slice(3));
    const [other] = await load(entries, nano({ seed: 1 }), 0, 1);
    assert.notDeepEqual(other.video, one[0].video);
  });

  it('gives the same batches in memory that is used again, and leaves alone what is not given back', async () => {
    const config = nano({ 'loader.workers': 2 });
    const expected = await load(entries, config, 0, 12);
    const loader = await openLoader({ entries, config });
    const buffers = new Set<unknown>();
    const kept = new Map<number, ViewBatch>();
    for (let step = 0; step < 12; step++) {
      const batch = await loader.next();
      assert.deepEqual(batch.video, expected[step].video);
      assert.deepEqual(batch.audio, expected[step].audio);
      buffers.add(batch.video[0].data.buffer);
      if (step % 4 === 0) kept.set(step, batch);
      else loader.recycle(batch);
    }
    await loader.close();
    assert.ok(buffers.size < 12, `${buffers.size} arrays for 12 batches`);
    for (const [step, batch] of kept) assert.deepEqual(batch.video, expected[step].video);
  });

  it('visits every file once an epoch, in another order each time, and draws again', async () => {
    const batches = await load(entries, nano({ 'training.batch': 5 }), 0, 4);
    const order = (first: number): string[] => batches.slice(first, first + 2).flatMap(pathsOf);
    for (const first of [0, 2]) assert.deepEqual(order(first).sort(), entries.map(({ path }) => path).sort());
    assert.notDeepEqual(batches.slice(0, 2).flatMap(pathsOf), batches.slice(2).flatMap(pathsOf));
  });

  it('draws the same from long files, of which only the window is decoded', async () => {
    ordinaryClip(file('long.mp4'), 6);
    const long = Array.from({ length: 4 }, () => ({ path: file('long.mp4'), label: null, split: null }));
    const whole = await load(long, nano(), 0, 1);
    const windows = await load(long, nano({ 'loader.cacheMegabytes': 0 }), 0, 1);
    assert.deepEqual(windows[0].video, whole[0].video);
    const [a, b] = [whole[0].audio[0].data, windows[0].audio[0].data];
    // The resampler restarts for each window, so samples differ a little.
    const mean = a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length;
    assert.ok(mean < 0.02, `sound differs by ${mean}`);
  });

  it('keeps decoded files up to its limit', async () => {
    for (const cacheMegabytes of [1, 100]) {
      const config = nano({ 'loader.cacheMegabytes': cacheMegabytes });
      const pool = openClipPool(config);
      const loader = await openLoader({ entries, config, pool });
      for (let i = 0; i < 5; i++) await loader.next();
      await loader.close();
      assert.ok(
        pool.cachedBytes > 0.5e6 && pool.cachedBytes <= cacheMegabytes * 1e6,
        `${pool.cachedBytes} bytes`,
      );
      await pool.close();
    }
  });

  it('makes no more than the asked number of batches ahead', async () => {
    const loader = await openLoader({ entries, config: nano({ 'loader.prefetch': 2 }) });
    await loader.next();
    assert.equal(loader.batchesAhead, 2);
    await loader.close();
    const short = await openLoader({ entries, config: nano({ 'loader.prefetch': 2 }), steps: 2 });
    await short.next();
    assert.equal(short.batchesAhead, 1);
    await short.next();
    await assert.rejects(short.next(), /has 2 steps/);
    await short.close();
  });

  it('replaces files that cannot be used by the next one and reports them', async () => {
    const broken = [...entries];
    writeFileSync(file('text.mp4'), 'no video');
    broken[3] = { path: file('text.mp4'), label: null, split: null };
    broken[7] = { path: file('gone.mp4'), label: null, split: null };
    const config = nano({ 'training.batch': 10, 'loader.maxBadShare': 0.2 });
    const loader = await openLoader({ entries: broken, config, steps: 2 });
    const batches = [await loader.next(), await loader.next()];
    const expected = [...broken];
    expected[3] = broken[4];
    expected[7] = broken[8];
    for (const batch of batches) {
      assert.deepEqual(pathsOf(batch).sort(), expected.map(({ path }) => path).sort());
    }
    const skipped = loader.skipped.sort((a, b) => a.path.localeCompare(b.path));
    assert.deepEqual(
      skipped.map(({ path }) => path),
      [file('gone.mp4'), file('text.mp4')],
    );
    assert.match(skipped[0].reason, /does not exist/);
    assert.match(skipped[1].reason, /holds no pictures or sound that can be read/);
    await loader.close();
    assert.deepEqual(
      await load(broken, nano({ ...overridesOf(config), 'loader.workers': 3 }), 0, 2),
      batches,
    );
  });

  it('stops when too many files cannot be used', async () => {
    const broken = entries.map((entry, i) => (i < 3 ? { ...entry, path: file(`gone-${i}.mp4`) } : entry));
    const loader = await openLoader({ entries: broken, config: nano({ 'training.batch': 10 }) });
    await assert.rejects(loader.next(), (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.match(
        error.message,
        /\d of 10 files cannot be used \(.*gone-\d\.mp4 does not exist.*loader\.maxBadShare=0\.05/,
      );
      return true;
    });
    await loader.close();
  });

  it('stops when no file can be used, whatever share is allowed', async () => {
    const gone = Array.from({ length: 4 }, () => ({ path: file('gone.mp4'), label: null, split: null }));
    const loader = await openLoader({ entries: gone, config: nano({ 'loader.maxBadShare': 1 }) });
    await assert.rejects(loader.next(), /1 of 1 files cannot be used/);
    await loader.close();
  });

  it('refuses a batch larger than the data set', async () => {
    await assert.rejects(
      openLoader({ entries: entries.slice(0, 3), config: nano() }),
      /training\.batch is 4, but there are only 3 files/,
    );
  });

  it('can be closed while it works', async () => {
    const copies = Array.from({ length: 20 }, (_, i) => {
      copyFileSync(file('9.mp4'), file(`copy-${i}.mp4`));
      return { path: file(`copy-${i}.mp4`), label: null, split: null };
    });
    const loader = await openLoader({ entries: copies, config: nano({ 'training.batch': 20 }) });
    const waiting = loader.next();
    waiting.catch(() => undefined);
    await new Promise((done) => setTimeout(done, 300));
    await loader.close();
    await assert.rejects(waiting);
    await assert.rejects(loader.next(), /closed/);
  });
});

function nano(overrides: Overrides = {}): XkdConfig {
  return configure('nano', { 'training.batch': 4, 'loader.workers': 2, ...overrides });
}

function overridesOf(config: XkdConfig): Overrides {
  return { 'training.batch': config.training.batch, 'loader.maxBadShare': config.loader.maxBadShare };
}

async function load(
  entries: MediaEntry[],
  config: XkdConfig,
  from: number,
  to: number,
): Promise<ViewBatch[]> {
  const loader = await openLoader({ entries, config, startStep: from, steps: to });
  const batches = [];
  const count = (to - from) * config.training.accumulate;
  for (let i = 0; i < count; i++) batches.push(await loader.next());
  await loader.close();
  return batches;
}

function pathsOf(batch: ViewBatch): string[] {
  return batch.entries.map(({ path }) => path);
}
