import assert from 'node:assert/strict';
import { readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { configure, openDataset } from 'xkd/internal';
import { BadMedia } from 'xkd/dist/media';
import { OpenShards } from 'xkd/dist/data/stored/openShards';
import { ReusedMemory } from 'xkd/dist/data/stored/readMemory';
import { ordinaryClip, temporaryFolder } from '../media/fixtures';
import { extract, formOf } from '../support/extract';

describe('open shards', function () {
  this.timeout(60_000);
  const file = temporaryFolder();

  it('of a set of ordinary size stay open, all at once', () => {
    const shards = new OpenShards();
    const clips = Array.from({ length: 60 }, (_, i) => {
      const record = Buffer.from(JSON.stringify({ durationSeconds: i, frames: null, sound: null }));
      const shard = file(`shard-${i}`);
      writeFileSync(shard, record);
      return { shard, offset: 0, record: { offset: 0, bytes: record.length, checksum: crc32(record) } };
    });
    const lengths = () => clips.map((clip) => shards.clip('a.mp4', clip).record.durationSeconds);
    const expected = lengths();
    assert.deepEqual(
      expected,
      clips.map((_, i) => i),
    );
    clips.forEach(({ shard }) => unlinkSync(shard));
    assert.deepEqual(lengths(), expected);
    shards.close();
  });

  it('give the same bytes in reused memory, refuse damaged ones, and read a shard that was made anew', async () => {
    for (const i of [0, 1]) ordinaryClip(file(`${i}.mp4`), 2, { hue: 60 * i });
    await extract(file('.'), file('out'), formOf(configure('nano')));
    const { entries } = await openDataset(file('out'));
    const clips = entries.map(({ path, stored }) => {
      assert.ok(stored && 'shard' in stored);
      return { path, stored };
    });
    const [{ path, stored }, other] = clips;
    const bytes = (shards: OpenShards, memory?: ReusedMemory, of = { path, stored }) => {
      const clip = shards.clip(of.path, of.stored, memory);
      const frames = clip.frames(clip.record.frames!, 1, 8);
      const samples = clip.samples(clip.record.sound!, 500, 9000);
      return { frames: Buffer.from(frames), samples: Float32Array.from(samples) };
    };
    const shards = new OpenShards();
    const expected = bytes(shards);
    assert.equal(expected.samples.length, 9000);
    const memory = new ReusedMemory();
    for (let round = 0; round < 2; round++) {
      assert.deepEqual(bytes(shards, memory), expected);
      assert.notDeepEqual(bytes(shards, memory, other).frames, expected.frames);
    }
    const { record } = shards.clip(path, stored);
    shards.close();

    const intact = readFileSync(stored.shard);
    const damaged = Buffer.from(intact);
    damaged[stored.offset + record.frames!.offset + 5 * (record.frames!.bytes as number)] ^= 1;
    writeFileSync(stored.shard, damaged);
    const later = new OpenShards();
    assert.throws(() => bytes(later), BadMedia);
    assert.throws(() => bytes(later), BadMedia);
    // As extraction does: another file in its place.
    writeFileSync(file('anew'), intact);
    renameSync(file('anew'), stored.shard);
    assert.deepEqual(bytes(later), expected);
    later.close();
  });
});
