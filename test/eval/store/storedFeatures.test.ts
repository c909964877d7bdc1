import assert from 'node:assert/strict';
import { copyFileSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  concatenateColumns,
  configure,
  matrixOf,
  normaliseRows,
  openClipPool,
  rowsOf,
  selectRows,
  Stopped,
  storedFeatures,
  tf,
  TrainState,
  UserError,
  type ClipPlan,
  type ClipPool,
  type MediaEntry,
  type Modality,
  type StoredFeaturesArgs,
} from 'xkd/internal';
import { openChunk, readChunk, writeChunk } from 'xkd/dist/eval/store/chunk';
import { hashOfKey, type FeatureSetKey } from 'xkd/dist/eval/store/featureSet';
import { ordinaryClip, temporaryFolder } from '../../media/fixtures';

describe('store of features', function () {
  this.timeout(300_000);
  const file = temporaryFolder();
  const config = configure('nano', { 'encoder.depth': 1, 'loader.workers': 1, 'loader.maxBadShare': 0.5 });
  const middle: ClipPlan = { kind: 'spread', clips: 1, crops: 1 };
  const views: ClipPlan = { kind: 'spread', clips: 2, crops: 3 };
  let state: TrainState;
  let pool: ClipPool;
  let entries: MediaEntry[];
  let computed: number;
  let store = 0;

  before(() => {
    state = TrainState.create(config);
    pool = openClipPool(config);
    entries = [0, 1, 2, 3].map((i) => {
      ordinaryClip(file(`${i}.mp4`), 2, { hue: 40 * i });
      return { path: file(`${i}.mp4`), label: String(i % 2), split: 'train' };
    });
  });
  after(async () => {
    state.dispose();
    await pool.close();
  });
  beforeEach(() => store++);

  it('computes the features of a clip once', async () => {
    const first = await features({ modalities: ['video', 'audio'] });
    assert.equal(computed, 4);
    const tensors = tf.memory().numTensors;
    const again = await features({ modalities: ['video', 'audio'], entries: [entries[2], entries[0]] });
    assert.equal(computed, 0);
    assert.equal(tf.memory().numTensors, tensors);
    for (const modality of ['video', 'audio'] as const) {
      const rows = selectRows(matrixOf(first.rows[modality]!), [2, 0]);
      assert.deepEqual(matrixOf(again.rows[modality]!), rows);
      assert.deepEqual([rows.rows, rows.columns], [2, 64]);
    }
    await features({ modalities: ['video'] });
    assert.equal(computed, 0, 'pictures are the same beside sound and alone');
  });

  it('keeps crops and clips of a file together, and fuses each with the sound of its clip', async () => {
    const both = await features({ modalities: ['video', 'audio'], plan: views });
    const video = matrixOf(both.rows.video!);
    const audio = matrixOf(both.rows.audio!);
    assert.deepEqual([video.rows, audio.rows], [4 * 2 * 3, 4 * 2]);
    const ofClips = selectRows(
      audio,
      [...Array(24).keys()].map((row) => Math.floor(row / 3)),
    );
    const fused = concatenateColumns(normaliseRows(video), normaliseRows(ofClips));
    assert.deepEqual(matrixOf(rowsOf(both)), fused);
    assert.deepEqual(rowsOf(both).read(5, 7), fused.data.slice(5 * 128, 12 * 128));
  });

  it('gives the same rows from the disk', async () => {
    const near = await features({ plan: views });
    const far = await features({ plan: views, memoryBytes: 0 });
    assert.deepEqual(matrixOf(far.rows.video!), matrixOf(near.rows.video!));
    assert.deepEqual(far.rows.video!.read(7, 9), near.rows.video!.read(7, 9));
  });

  it('keeps what was computed when it is stopped, and continues from there', async () => {
    const whole = await features({});
    store++;
    const stop = new AbortController();
    const stopped = features({
      batch: 1,
      signal: stop.signal,
      onProgress: ({ done }) => done === 2 && stop.abort(),
    });
    await assert.rejects(stopped, Stopped);
    assert.equal(computed, 2);
    const rest = await features({ batch: 1 });
    assert.equal(computed, 2);
    close(matrixOf(rest.rows.video!).data, matrixOf(whole.rows.video!).data);
  });

  it('computes again what was altered, and only that', async () => {
    const path = file('altered.mp4');
    copyFileSync(entries[0].path, path);
    const some = [...entries.slice(1), { ...entries[0], path }];
    await features({ entries: some });
    utimesSync(path, 1e9, 1e9);
    await features({ entries: some });
    assert.equal(computed, 0, 'another date alone is no change');
    ordinaryClip(path, 2, { hue: 100 });
    await features({ entries: some });
    assert.equal(computed, 1);
  });

  it('never takes the features of other weights, clips or configurations', async () => {
    await features({});
    const other = TrainState.create(configure('nano', { ...overrides(), seed: 1 }));
    await features({ network: other });
    assert.equal(computed, 4);
    other.dispose();
    const light: ClipPlan = { ...augmented(0), augmentation: 'light' } as ClipPlan;
    for (const plan of [views, augmented(0), augmented(1), light]) {
      await features({ plan });
      assert.equal(computed, 4 * plan.clips);
    }
    await features({ tower: 'teacher' });
    assert.equal(computed, 4);
  });

  it('says so where it is pointed at features of another checkpoint', async () => {
    await features({});
    const [set] = readdirSync(folder());
    const own = await features({ store: join(folder(), set) });
    assert.equal(computed, 0);
    assert.equal(own.entries.length, 4);
    const other = TrainState.create(configure('nano', { ...overrides(), seed: 1 }));
    const wrong = features({ network: other, store: join(folder(), set) });
    await assert.rejects(
      wrong,
      sentence(/^The features in ".*" are of another checkpoint; leave out --features/),
    );
    other.dispose();
    const clips = features({ plan: views, store: join(folder(), set) });
    await assert.rejects(clips, sentence(/are of other clips;/));
  });

  it('refuses a chunk that was put into the wrong folder', async () => {
    await features({});
    await features({ plan: views });
    const [from, to] = readdirSync(folder()).map((set) => join(folder(), set));
    const chunk = readdirSync(from).find((name) => name.endsWith('.safetensors'))!;
    copyFileSync(join(from, chunk), join(to, `other-${chunk}`));
    const both = Promise.all([features({}), features({ plan: views })]);
    await assert.rejects(both, sentence(/holds features of another checkpoint, .*; remove it\.$/));
  });

  it('computes again what was damaged, and says so', async () => {
    const before = matrixOf((await features({})).rows.video!);
    const [set] = readdirSync(folder());
    const chunk = readdirSync(join(folder(), set)).find((name) => name.endsWith('.safetensors'))!;
    const path = join(folder(), set, chunk);
    const bytes = readFileSync(path);
    bytes[bytes.length - 5] ^= 1;
    writeFileSync(path, bytes);
    const told: string[] = [];
    const after = await features({ report: (text) => told.push(text) });
    assert.equal(computed, 4);
    assert.match(told[0], /^The features in ".*" are damaged \(.*\); they are computed again\.$/);
    assert.deepEqual(matrixOf(after.rows.video!), before);
  });

  it('computes again what holds values that are no numbers, however they came there', async () => {
    const before = matrixOf((await features({})).rows.video!);
    const [set] = readdirSync(folder());
    const name = readdirSync(join(folder(), set)).find((each) => each.endsWith('.safetensors'))!;
    const path = join(folder(), set, name);
    const key = hashOfKey(JSON.parse(readFileSync(join(folder(), set, 'set.json'), 'utf8')) as FeatureSetKey);
    const chunk = openChunk(path, key);
    const values = readChunk(chunk);
    values[5] = NaN;
    writeChunk(join(folder(), set), key, chunk.files, values, chunk.columns);
    const told: string[] = [];
    const after = await features({ report: (text) => told.push(text) });
    assert.match(
      told.join(),
      /are damaged \(it holds values that are not finite numbers\); they are computed again\.$/,
    );
    assert.deepEqual([computed, matrixOf(after.rows.video!)], [4, before]);
  });

  it('leaves out what cannot be used, each time', async () => {
    const gone = { ...entries[0], path: file('gone.mp4') };
    for (const clips of [3, 0]) {
      const result = await features({ entries: [gone, ...entries.slice(1)] });
      assert.equal(computed, clips);
      assert.deepEqual(result.entries, entries.slice(1));
      assert.deepEqual(result.skipped, [{ path: gone.path, reason: 'does not exist' }]);
    }
  });

  it('names the clip whose features are no numbers, and keeps those before', async () => {
    const noisy: ClipPool = Object.assign(Object.create(pool) as ClipPool, {
      clips: (...[requests, modalities, seconds, onClip]: Parameters<ClipPool['clips']>) =>
        pool.clips(requests, modalities, seconds, (at, outcome) => {
          if ('views' in outcome && requests[at].file.path === entries[2].path)
            outcome.views.video[0].fill(NaN);
          onClip(at, outcome);
        }),
    });
    await assert.rejects(
      features({ pool: noisy, batch: 1 }),
      sentence(/^The video student gives features of .*2\.mp4 that are not finite numbers: /),
    );
    await features({});
    assert.equal(computed, 2, 'those before it are kept');
  });

  const folder = () => file(`store-${store}`);
  const overrides = () => ({ 'encoder.depth': 1, 'loader.workers': 1, 'loader.maxBadShare': 0.5 });
  const augmented = (seed: number): ClipPlan => ({ kind: 'augmented', clips: 2, seed, root: file('.') });

  /** Counts the clips that were computed for it. */
  async function features({ onProgress, ...args }: Partial<StoredFeaturesArgs>) {
    computed = 0;
    let first: number | null = null;
    return storedFeatures({
      network: state,
      tower: 'student',
      modalities: ['video'] as Modality[],
      entries,
      root: file('.'),
      plan: middle,
      store: folder(),
      pool,
      onProgress: (progress) => {
        first ??= progress.done;
        computed = progress.done - first;
        onProgress?.(progress);
      },
      ...args,
    });
  }
});

function sentence(pattern: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof UserError && pattern.test(error.message);
}

function close(actual: Float32Array, expected: Float32Array): void {
  assert.equal(actual.length, expected.length);
  const largest = Math.max(...actual.map((value, i) => Math.abs(value - expected[i])));
  assert.ok(largest < 1e-5, `differs by ${largest}`);
}
