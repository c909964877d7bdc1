import assert from 'node:assert/strict';
import {
  LabelledLoader,
  UserError,
  configure,
  openClipPool,
  type LabelledAugmentation,
  type LabelledBatch,
  type MediaEntry,
  type Modality,
  type Overrides,
} from 'xkd/internal';
import { ordinaryClip, temporaryFolder } from '../media/fixtures';

const plain: LabelledAugmentation = {
  cropArea: [1, 1],
  flip: 0,
  randAugment: { operations: 0, magnitude: 0, magnitudeStd: 0 },
  erase: 0,
  volume: 0,
  timeWarp: 0,
  masks: { frequencyMasks: 0, frequencyMaskShare: 0, timeMasks: 0, timeMaskShare: 0 },
};
const strong: LabelledAugmentation = {
  cropArea: [0.2, 1],
  flip: 0.5,
  randAugment: { operations: 4, magnitude: 7, magnitudeStd: 0.5 },
  erase: 1,
  volume: 0.1,
  timeWarp: 0.1,
  masks: { frequencyMasks: 1, frequencyMaskShare: 0.5, timeMasks: 1, timeMaskShare: 0.5 },
};

describe('LabelledLoader', function () {
  this.timeout(120_000);
  const file = temporaryFolder();
  let entries: MediaEntry[];

  before(() => {
    entries = Array.from({ length: 6 }, (_, i) => {
      ordinaryClip(file(`${i}.mp4`), 1.2, { hue: 40 * i });
      return { path: file(`${i}.mp4`), label: String(i), split: null };
    });
  });

  it('gives the same batches wherever it starts and however many threads there are', async () => {
    for (const modality of ['video', 'audio'] as const) {
      const all = await load(modality, strong, 0, 5, { 'loader.workers': 1 });
      assert.deepEqual(await load(modality, strong, 2, 5, { 'loader.workers': 3 }), all.slice(2));
      assert.deepEqual(
        all.map(({ step }) => step),
        [0, 1, 2, 3, 4],
      );
      const shape = modality === 'video' ? [2, 3, 8, 32, 32] : [2, 1, 32, 32];
      for (const { view } of all) {
        assert.deepEqual(view.shape, shape);
        assert.ok(view.data.every(Number.isFinite));
      }
      const epoch = all.slice(0, 3).flatMap((batch) => batch.entries.map(({ label }) => label));
      assert.equal(new Set(epoch).size, 6);
    }
  });

  it('draws again in each epoch where something is drawn, with another seed too', async () => {
    const byLabel = (batches: LabelledBatch[], label: string) =>
      batches.flatMap(({ entries: files, view: { data, shape } }) =>
        files.flatMap((entry, i) =>
          entry.label === label
            ? [data.slice((i * data.length) / shape[0], ((i + 1) * data.length) / shape[0])]
            : [],
        ),
      );
    const [first, second] = byLabel(await load('video', strong, 0, 6), '3');
    assert.notDeepEqual(first, second);
    const [other] = byLabel(await load('video', strong, 0, 3, {}, 1), '3');
    assert.notDeepEqual(first, other);
  });

  it('erases the same place of every frame of a clip', async () => {
    const [{ view }] = await load('video', { ...plain, erase: 1 }, 0, 1);
    const [clip, frames, plane] = [0, 8, 32 * 32];
    const value = (t: number, i: number) => view.data[(clip * 3 * frames + t) * plane + i];
    const erased = Array.from({ length: plane }, (_, i) => i).filter((i) =>
      Array.from({ length: frames }, (_, t) => value(t, i)).every((each) => each === value(0, i)),
    );
    assert.ok(erased.length >= 0.01 * plane && erased.length < 0.6 * plane, `${erased.length}`);
  });

  it('refuses a batch larger than there are clips', () => {
    const make = () =>
      new LabelledLoader({ ...loaderArgs('video', plain), batch: 7, startStep: 0, steps: 1 });
    assert.throws(
      make,
      (error: Error) => error instanceof UserError && /only 6 clips.*batch=6/.test(error.message),
    );
  });

  function loaderArgs(
    modality: Modality,
    augmentation: LabelledAugmentation,
    overrides: Overrides = {},
    seed = 0,
  ) {
    return { entries, config: configure('nano', overrides), modality, augmentation, seed };
  }

  async function load(
    modality: Modality,
    augmentation: LabelledAugmentation,
    startStep: number,
    steps: number,
    overrides: Overrides = {},
    seed = 0,
  ): Promise<LabelledBatch[]> {
    const args = loaderArgs(modality, augmentation, overrides, seed);
    const pool = openClipPool(args.config);
    const loader = new LabelledLoader({ ...args, batch: 2, startStep, steps, pool });
    const batches: LabelledBatch[] = [];
    try {
      while (startStep + batches.length < steps) batches.push(await loader.next());
    } finally {
      await loader.close();
      await pool.close();
    }
    return batches;
  }
});
