import assert from 'node:assert/strict';
import {
  configure,
  decodeClip,
  evaluationBatches,
  imageNetMean,
  imageNetStd,
  LogMel,
  type BadFile,
  type EvaluationBatch,
  type MediaEntry,
} from 'xkd';
import { ordinaryClip, temporaryFolder } from '../media/fixtures';

describe('evaluationBatches', function () {
  this.timeout(300_000);
  const file = temporaryFolder();
  const config = configure('nano', { 'loader.maxBadShare': 0.4 });
  let entries: MediaEntry[];

  before(() => {
    entries = Array.from({ length: 5 }, (_, i) => {
      ordinaryClip(file(`${i}.mp4`), 3, { hue: 30 * i });
      return { path: file(`${i}.mp4`), label: `${i}`, split: 'test' };
    });
  });

  it('gives the middle of each file, in order, without augmentation', async () => {
    const batches = await collect(entries, 2);
    assert.deepEqual(batches.map((batch) => batch.video!.shape), [2, 2, 1].map((clips) => [clips, 3, 8, 32, 32]));
    assert.deepEqual(batches.flatMap((batch) => batch.entries), entries);
    const clip = await decodeClip(entries[3].path, { startSeconds: 1, clipSeconds: 1, shortSide: 32 });
    const frameSize = clip.height * clip.width;
    const left = Math.floor((clip.width - 32) / 2);
    const { data } = batches[1].video!;
    const plane = 32 * 32;
    const second = 3 * 8 * plane; // The second clip of the batch.
    for (const [channel, t, y, x] of [[0, 0, 0, 0], [1, 3, 7, 20], [2, 7, 31, 31]]) {
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
    const batches = await collect(entries.slice(0, 2), 4, { clipsPerVideo: 3 });
    assert.deepEqual(batches.flatMap((batch) => batch.entries.map(({ label }) => label)), ['0', '0', '0', '1', '1', '1']);
    const clips = Array.from({ length: 3 }, (_, i) => batches[0].video!.data.slice(i * 24576, (i + 1) * 24576));
    const [middle] = await collect(entries.slice(0, 1), 1);
    assert.deepEqual(clips[1], middle.video!.data);
    assert.notDeepEqual(clips[0], clips[1]);
    assert.notDeepEqual(clips[1], clips[2]);
  });

  it('leaves out what cannot be used, and tells', async () => {
    const skipped: BadFile[] = [];
    const some = [entries[0], { ...entries[1], path: file('gone.mp4') }, entries[2]];
    const batches = await collect(some, 2, { onSkip: (bad) => skipped.push(bad) });
    assert.deepEqual(batches.map((batch) => batch.entries), [[entries[0]], [entries[2]]]);
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
