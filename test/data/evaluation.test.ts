import assert from 'node:assert/strict';
import { formulas, nativeViews } from 'xkd/dist/data/loader/nativeViews';
import {
  configure,
  decodeClip,
  evaluationBatches,
  imageNetMean,
  imageNetStd,
  LogMel,
  squareVideo,
  type BadFile,
  type ClipPlan,
  type EvaluationBatch,
  type MediaEntry,
} from 'xkd/internal';
import { ordinaryClip, temporaryFolder } from '../media/fixtures';

describe('evaluationBatches', function () {
  this.timeout(300_000);
  const file = temporaryFolder();
  const config = configure('nano', { 'loader.maxBadShare': 0.4 });
  let entries: MediaEntry[];
  const clipValues = 3 * 8 * 32 * 32;

  before(() => {
    entries = Array.from({ length: 5 }, (_, i) => {
      ordinaryClip(file(`${i}.mp4`), 3, { hue: 30 * i });
      return { path: file(`${i}.mp4`), label: `${i}`, split: 'test' };
    });
  });

  it('gives the middle of each file, in order, without augmentation', async () => {
    const batches = await collect(entries, 2);
    assert.deepEqual(
      batches.map((batch) => batch.video!.shape),
      [2, 2, 1].map((clips) => [clips, 3, 8, 32, 32]),
    );
    assert.deepEqual(
      batches.flatMap((batch) => batch.entries),
      entries,
    );
    const clip = await decodeClip(entries[3].path, { startSeconds: 1, clipSeconds: 1, shortSide: 32 });
    const frameSize = clip.height * clip.width;
    const left = Math.floor((clip.width - 32) / 2);
    const { data } = batches[1].video!;
    const plane = 32 * 32;
    const second = 3 * 8 * plane; // The second clip of the batch.
    for (const [channel, t, y, x] of [
      [0, 0, 0, 0],
      [1, 3, 7, 20],
      [2, 7, 31, 31],
    ]) {
      const value = data[second + (channel * 8 + t) * plane + y * 32 + x];
      const byte = clip.frames![(t * frameSize + y * clip.width + left + x) * 3 + channel];
      assert.ok(Math.abs(value - (byte / 255 - imageNetMean[channel]) / imageNetStd[channel]) < 1e-4);
    }
    const logMel = new LogMel(config.spectrogram, 16000);
    const expected = logMel.compute({ waveform: clip.waveform!, columns: 32 });
    const actual = batches[1].audio!.data.subarray(32 * 32);
    const middle = (m: number): number => m * 32 + 16;
    for (let m = 0; m < 32; m++) assert.ok(Math.abs(actual[middle(m)] - expected[middle(m)]) < 0.05);
  });

  it('decodes only the modality that is asked for', async () => {
    const [video] = await collect(entries, 5, { modalities: ['video'] });
    assert.equal(video.audio, null);
    const [audio] = await collect(entries, 5, { modalities: ['audio'] });
    assert.equal(audio.video, null);
    const [both] = await collect(entries, 5);
    assert.deepEqual(video.video, both.video);
    assert.deepEqual(audio.audio, both.audio);
  });

  it('spreads several clips over a file', async () => {
    const batches = await collect(entries.slice(0, 2), 4, { plan: { kind: 'spread', clips: 3, crops: 1 } });
    assert.deepEqual(
      batches.flatMap((batch) => batch.entries.map(({ label }) => label)),
      ['0', '0', '0', '1', '1', '1'],
    );
    const clips = Array.from({ length: 3 }, (_, i) =>
      batches[0].video!.data.slice(i * 24576, (i + 1) * 24576),
    );
    const [middle] = await collect(entries.slice(0, 1), 1);
    assert.deepEqual(clips[1], middle.video!.data);
    assert.notDeepEqual(clips[0], clips[1]);
    assert.notDeepEqual(clips[1], clips[2]);
  });

  it('crops the frames along their longer side', async () => {
    const [three] = await collect(entries.slice(0, 2), 2, { plan: { kind: 'spread', clips: 1, crops: 3 } });
    assert.deepEqual(three.video!.shape, [6, 3, 8, 32, 32]);
    assert.equal(three.audio!.shape[0], 2);
    const [middle] = await collect(entries.slice(0, 2), 2);
    const crop = (i: number) => three.video!.data.slice(i * clipValues, (i + 1) * clipValues);
    assert.ok(same(crop(4), middle.video!.data.slice(clipValues)));
    const clip = await decodeClip(entries[1].path, { startSeconds: 1, clipSeconds: 1, shortSide: 32 });
    const right = { top: 0, left: clip.width - 32, height: 32, width: 32 };
    const draw = { ...squareVideo(config, clip.height, clip.width, 2, 3), frames: 8 };
    assert.deepEqual(draw.box, right);
    assert.ok(same(crop(5), (nativeViews() ?? formulas).applyVideo({ ...clip, frames: clip.frames! }, draw)));
    assert.ok(!same(crop(3), crop(5)));
  });

  it('draws augmented clips by seed and name, whatever the order, the batches, the threads and the folder', async () => {
    const plan = (seed: number): ClipPlan => ({ kind: 'augmented', clips: 3, seed, root: file('.') });
    const rows = async (files: MediaEntry[], batch: number, seed: number, from = config) => {
      const clips = new Map<string, Float32Array[]>();
      for await (const { entries, video } of evaluationBatches(files, from, { batch, plan: plan(seed) })) {
        entries.forEach(({ label }, i) => {
          const clip = video!.data.slice(i * clipValues, (i + 1) * clipValues);
          clips.set(label!, [...(clips.get(label!) ?? []), clip]);
        });
      }
      return clips;
    };
    const three = entries.slice(0, 3);
    const first = await rows(three, 4, 0);
    const one = configure('nano', { 'loader.workers': 1, 'loader.cacheMegabytes': 0 });
    const second = await rows([...three].reverse(), 9, 0, one);
    for (const { label } of three) {
      assert.equal(first.get(label!)!.length, 3);
      first.get(label!)!.forEach((clip, i) => assert.ok(same(clip, second.get(label!)![i])));
    }
    const [a, b, c] = first.get('0')!;
    assert.ok(!same(a, b));
    assert.ok(!same(b, c));
    assert.ok(!same((await rows(three, 4, 1)).get('0')![0], a));
    const [plain] = await collect(entries.slice(0, 1), 1);
    assert.ok(!same(a, plain.video!.data));
  });

  it('leaves out what cannot be used, and tells', async () => {
    const skipped: BadFile[] = [];
    const some = [entries[0], { ...entries[1], path: file('gone.mp4') }, entries[2]];
    const batches = await collect(some, 2, { onSkip: (bad) => skipped.push(bad) });
    assert.deepEqual(
      batches.map((batch) => batch.entries),
      [[entries[0]], [entries[2]]],
    );
    assert.deepEqual(skipped, [{ path: file('gone.mp4'), reason: 'does not exist' }]);
  });

  it('refuses to evaluate on nothing', async () => {
    await assert.rejects(collect([], 2), /no files to evaluate on/);
  });

  async function collect(
    files: MediaEntry[],
    batch: number,
    args: Partial<Parameters<typeof evaluationBatches>[2]> = {},
  ): Promise<EvaluationBatch[]> {
    const batches = [];
    for await (const next of evaluationBatches(files, config, { batch, ...args })) batches.push(next);
    return batches;
  }
});

/** Compares without listing all differences. */
function same(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
