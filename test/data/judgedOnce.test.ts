import assert from 'node:assert/strict';
import { openSync, closeSync, readSync, writeSync } from 'node:fs';
import {
  configure,
  openDataset,
  openLoader,
  type BadClip,
  type ClipPool,
  type MediaEntry,
  type ViewBatch,
} from 'xkd/internal';
import { TrainingClips, type ClipsRead } from 'xkd/dist/data/loader/trainingClips';
import type { ClipOutcome } from 'xkd/dist/data/loader/tasks';
import { ordinaryClip, temporaryFolder } from '../media/fixtures';
import { extract, formOf } from '../support/extract';

const config = configure('nano', { 'training.batch': 4, 'loader.maxBadShare': 0.5, 'loader.workers': 1 });

describe('clips that cannot be used', () => {
  const entries = Array.from({ length: 8 }, (_, i) => ({ path: `/set/${i}.mp4`, label: null, split: null }));

  /** Clip 2 cannot be used at all, clip 5 only by requests whose place is an even number. */
  function outcomeOf(entry: Pick<MediaEntry, 'path'>, place: number): ClipOutcome {
    if (entry.path === entries[2].path) return { bad: 'is empty' };
    if (entry.path === entries[5].path && place % 2 === 1) return { bad: 'is torn', partly: true };
    return { views: { video: [], audio: [] }, startSeconds: place, learnt: null };
  }

  /** Reads four clips of an epoch at each given place, all concurrently. */
  async function read(
    firsts: readonly number[],
    skipped: readonly BadClip[] = [],
  ): Promise<Map<number, ClipsRead>> {
    const pool: Pick<ClipPool, 'clips'> = {
      clips: async (requests, _modalities, _wholeSeconds, onClip) => {
        for (const at of [...requests.keys()].reverse()) {
          await new Promise((resolve) => setImmediate(resolve));
          const { file, place } = requests[at];
          assert.ok(place.kind === 'pretraining');
          onClip(at, outcomeOf(file, place.index));
        }
      },
    };
    const clips = new TrainingClips({
      entries,
      config,
      pool: pool as ClipPool,
      seed: 3,
      purpose: 'pretraining',
      skipped,
    });
    const stretch = (first: number) => ({
      epoch: first >> 3,
      first: first % 8,
      clips: 4,
      modalities: [],
      clipAt: (index: number) => ({ kind: 'pretraining' as const, epoch: first >> 3, index }),
      arrays: { video: [], audio: [] },
    });
    return new Map(
      await Promise.all(firsts.map(async (first) => [first, await clips.read(stretch(first))] as const)),
    );
  }

  it('are replaced in the same way whatever was read before', async () => {
    const firsts = Array.from({ length: 12 }, (_, i) => 4 * i);
    const all = await read(firsts);
    const found = [...all.values()];
    const used = (clip: number): boolean =>
      found.some(({ entries: own }) => own.some(({ path }) => path === entries[clip].path));
    assert.deepEqual([used(2), used(5)], [false, true]);
    const partly = found.flatMap(({ skipped }) => skipped).filter(({ clip }) => clip === 5);
    assert.ok(partly.length > 0 && partly.every((bad) => bad.partly));
    assert.deepEqual(new Map([...(await read([...firsts].reverse()))].reverse()), all);
    const known = found.slice(0, 6).flatMap(({ skipped }) => skipped);
    for (const first of firsts) {
      assert.deepEqual((await read([first])).get(first), all.get(first), `alone at ${first}`);
      assert.deepEqual((await read([first], known)).get(first), all.get(first), `resumed at ${first}`);
    }
  });

  it('do not lead round and round where every clip fails', async () => {
    const pool = {
      clips: async (
        requests: readonly unknown[],
        _m: unknown,
        _w: unknown,
        onClip: (at: number, outcome: ClipOutcome) => void,
      ) => requests.forEach((_, at) => onClip(at, { bad: 'is torn', partly: true })),
    } as unknown as ClipPool;
    const all = configure('nano', { 'loader.maxBadShare': 1 });
    const clips = new TrainingClips({ entries, config: all, pool, seed: 3, purpose: 'pretraining' });
    const stretch = { epoch: 0, first: 0, clips: 2, modalities: [], arrays: { video: [], audio: [] } };
    const clipAt = (index: number) => ({ kind: 'pretraining' as const, epoch: 0, index });
    await assert.rejects(clips.read({ ...stretch, clipAt }), /^UserError: 8 of 8 files cannot be used/);
  });
});

describe('an extracted set with a flipped byte', function () {
  this.timeout(120_000);
  const file = temporaryFolder();

  it('gives the same batches in one go and in parts', async () => {
    for (const i of [0, 1, 2, 3]) ordinaryClip(file(`${i}.mp4`), 12, { hue: 60 * i });
    await extract(file('.'), file('out'), formOf(config));
    const { entries } = await openDataset(file('out'));
    const { stored } = entries[1];
    assert.ok(stored && 'shard' in stored);
    const shard = openSync(stored.shard, 'r+');
    const byte = Buffer.alloc(1);
    const at = stored.offset + Math.floor(stored.length / 3);
    readSync(shard, byte, 0, 1, at);
    byte[0] ^= 1;
    writeSync(shard, byte, 0, 1, at);
    closeSync(shard);
    const load = async (from: number, to: number): Promise<ViewBatch[]> => {
      const own = configure('nano', {
        'training.batch': 4,
        'loader.maxBadShare': 0.5,
        'loader.workers': 1 + (from % 2),
      });
      const loader = await openLoader({ entries, config: own, startStep: from });
      const batches: ViewBatch[] = [];
      for (let step = from; step < to; step++) batches.push(await loader.next());
      await loader.close();
      return batches;
    };
    const whole = await load(0, 12);
    const skips = whole.filter(({ skipped }) => skipped !== undefined);
    assert.ok(skips.length > 0 && skips.length < whole.length, `${skips.length} of ${whole.length}`);
    assert.deepEqual([...(await load(0, 5)), ...(await load(5, 12))], whole);
  });
});
