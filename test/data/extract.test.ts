import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  configure,
  evaluationBatches,
  extractDataset,
  mergeExtraction,
  openDataset,
  openLoader,
  type Dataset,
  type EvaluationBatch,
  type ExtractArgs,
  type MediaEntry,
  type NdArray,
  type Overrides,
  type ViewBatch,
} from 'xkd/internal';
import { requireSpace } from 'xkd/dist/data/extract/diskSpace';
import { parseTarHeader } from 'xkd/dist/files/tar';
import { temporaryFolder } from '../media/fixtures';
import { makeOriginals } from '../support/originals';
import { endedOwner } from '../support/owners';
import { userError } from '../support/userError';

/** Clips of 1 s: 8 frames of 32 px. */
const config = (overrides: Overrides = {}) =>
  configure('nano', { 'training.batch': 4, 'loader.workers': 2, 'loader.maxBadShare': 0.5, ...overrides });
const form = { shortSide: 32 };

describe('extractDataset', function () {
  this.timeout(300_000);
  const file = temporaryFolder();
  let original: Dataset;
  let usable: number;
  let all: number;
  const extract = (out: string, args: Partial<ExtractArgs> = {}) =>
    extractDataset({ dataset: original, out: file(out), form, clipsPerShard: 3, workers: 2, ...args });

  before(async () => {
    mkdirSync(file('originals'));
    ({ usable, all } = makeOriginals((name) => join(file('originals'), name)));
    original = await openDataset(file('originals'));
    const { failed, merged } = await extract('raw');
    assert.deepEqual(failed.map(({ path }) => path).sort(), ['missing.mp4', 'text.mp4']);
    assert.equal(merged!.clips, all);
  });

  it('opens as the original data set', async () => {
    const there = await openDataset(file('raw'));
    assert.deepEqual(
      there.entries.map((entry) => [
        entry.path.slice(there.root.length),
        entry.label,
        entry.split,
        entry.startSeconds,
      ]),
      original.entries.map((entry) => [
        entry.path.slice(original.root.length),
        entry.label,
        entry.split,
        entry.startSeconds,
      ]),
    );
    const facts = ({ name, classes, multiLabel, modalities, folds }: Dataset) => ({
      name,
      classes,
      multiLabel,
      modalities,
      folds,
    });
    assert.deepEqual(facts(there), facts(original));
    const test = await openDataset(file('raw'), { splits: ['test'] });
    assert.equal(test.entries.length, 2);
    await assert.rejects(
      openDataset(file('raw'), { dataset: 'esc50' }),
      /extracted form of the data set "folder"/,
    );
  });

  it('accounts for every file, with hashes of what was there and of what is stored', () => {
    const lines = manifest(file('raw'));
    assert.equal(lines.length, all);
    for (const line of lines) {
      const path = join(file('originals'), line.path);
      const { bytes, sha256 } = line.original;
      if (line.path === 'missing.mp4') assert.equal(sha256, null);
      else assert.deepEqual([bytes, sha256], [readFileSync(path).length, sha256Of(readFileSync(path))]);
      const tar = readFileSync(join(file('raw'), 'shards', line.stored.shard));
      const { offset, length } = line.stored;
      assert.equal(line.stored.sha256, sha256Of(tar.subarray(offset, offset + length)));
    }
    const by = (name: string) => lines.find(({ path }) => path === name)!;
    assert.match(by('text.mp4').error!, /no pictures or sound/);
    assert.match(by('missing.mp4').error!, /does not exist/);
    assert.deepEqual([by('clip 3.mp4').frames, by('silent.mp4').samples, by('sound.wav').frames], [20, 0, 0]);
    assert.equal(by('clip 5.mp4').durationSeconds, 4.2);
    assert.deepEqual(
      lines.filter(({ path }) => path === 'clip 5.mp4').map(({ frames }) => frames),
      [34, 12, 24],
    );
  });

  it('lays clips out as members of a tar that numpy and players open', () => {
    const tar = readFileSync(join(file('raw'), 'shards', 'clips-00000.tar'));
    const names = [];
    for (let at = 0; ;) {
      const member = parseTarHeader(tar.subarray(at));
      if (!member) {
        assert.equal(tar.length - at, 1024);
        assert.ok(tar.subarray(at).every((byte) => byte === 0));
        break;
      }
      names.push(member.name);
      const content = tar.subarray(at + 512, at + 512 + member.bytes);
      if (member.name === '00000001.frames.npy') {
        assert.equal(content.toString('latin1', 0, 8), '\x93NUMPY\x01\x00');
        assert.match(
          content.toString('latin1', 10, 128),
          /'descr': '\|u1'.*'shape': \(10, 32, 48, 3\), } +\n$/,
        );
        assert.equal(content.length, 128 + 10 * 32 * 48 * 3);
      }
      if (member.name.endsWith('.wav')) assert.equal(content.readUInt32LE(4), content.length - 8);
      at += 512 + Math.ceil(member.bytes / 512) * 512;
    }
    assert.deepEqual(names.slice(0, 3), ['00000000.frames.npy', '00000000.sound.wav', '00000000.json']);
    assert.equal(names.length, 9);
  });

  it('gives the views that the originals give', async () => {
    const there = await openDataset(file('raw'));
    const [before, after] = [await batches(original.entries), await batches(there.entries)];
    assert.deepEqual(pathsOf(after, there.root), pathsOf(before, original.root));
    before.forEach((batch, i) => {
      assert.deepEqual(after[i].video, batch.video);
      assert.deepEqual(after[i].audio, batch.audio);
    });
    for (const modalities of [['video'], ['audio'], ['video', 'audio']] as const) {
      const [was, is] = [
        await evaluate(original.entries, modalities),
        await evaluate(there.entries, modalities),
      ];
      assert.equal(was.entries.length, modalities.length === 2 ? usable : usable + 1);
      assert.deepEqual([is.video, is.audio, is.startSeconds], [was.video, was.audio, was.startSeconds]);
    }
  });

  it('gives the same pictures of files too long to be decoded whole, and the same sound', async () => {
    const there = await openDataset(file('raw'));
    const short = { 'loader.cacheMegabytes': 0 };
    const [before, after] = [await batches(original.entries, short), await batches(there.entries, short)];
    before.forEach((batch, i) => {
      assert.deepEqual(after[i].video, batch.video);
      assert.deepEqual(after[i].audio, batch.audio);
    });
  });

  it('stores JPEGs that come close, in less space', async () => {
    const { merged } = await extract('jpeg', { form: { ...form, frames: 'jpeg' } });
    assert.ok(merged!.bytes < 0.7 * size(file('raw')), String(merged!.bytes));
    const there = await openDataset(file('jpeg'));
    const [before, after] = [await batches(original.entries), await batches(there.entries)];
    before.forEach((batch, i) => {
      // In units of the normalised views: one grey level is .017.
      batch.video.forEach((view, v) => assert.ok(rootMeanSquare(view, after[i].video[v]) < 0.06));
      batch.audio.forEach((view, v) => assert.ok(rootMeanSquare(view, after[i].audio[v]) < 0.02));
    });
  });

  it('is the same byte for byte in parts, at the same time, and when done again', async () => {
    const parts = [0, 1, 2].map((index) => ({ index, of: 3 }));
    const first = await extract('parts', { shard: parts[0] });
    assert.equal(first.merged, null);
    assert.throws(
      () => mergeExtraction(file('parts')),
      userError(/^2 of 4 shards are not there yet \(clips-00001\.tar, clips-00002\.tar\): run "xkd extract"/),
    );
    await assert.rejects(
      openDataset(file('parts')),
      userError(/is not completely extracted: run the same "xkd extract" again/),
    );
    // The second part twice: the later process waits, or finds it finished.
    await Promise.all([parts[1], parts[1], parts[2]].map((shard) => extract('parts', { shard })));
    mergeExtraction(file('parts'));
    assert.deepEqual(contents(file('parts')), contents(file('raw')));
    await extract('parts');
    assert.deepEqual(contents(file('parts')), contents(file('raw')));
  });

  it('continues after what was cut off anywhere', async () => {
    const whole = readFileSync(join(file('raw'), 'shards', 'clips-00001.tar'));
    const writer = `.clips-00001.tar.${endedOwner()}.growing`;
    for (const cut of [0, 100, 70_000, whole.length - 2000, whole.length - 1024]) {
      await copyRaw(file, 'cut');
      const shards = join(file('cut'), 'shards');
      rmSync(join(shards, 'clips-00001.tar'));
      rmSync(join(shards, 'clips-00001.jsonl'));
      rmSync(join(shards, 'clips-00002.jsonl'));
      // As left by a killed process of this machine.
      writeFileSync(
        join(shards, writer),
        Buffer.concat([whole.subarray(0, cut), Buffer.from('half a write')]),
      );
      await extract('cut');
      assert.deepEqual(contents(file('cut')), contents(file('raw')), `cut at ${cut}`);
    }
  });

  it('notices damage, and says whose', async () => {
    await copyRaw(file, 'altered');
    const shards = join(file('altered'), 'shards');
    const path = join(shards, 'clips-00000.tar');
    const bytes = readFileSync(path);
    bytes[512 + 128 + 1000] ^= 1;
    writeFileSync(path, bytes);
    const { entries } = await openDataset(file('altered'));
    const skipped: string[] = [];
    for await (const batch of evaluationBatches(entries, config(), {
      batch: 8,
      onSkip: (bad) => skipped.push(`${bad.path} ${bad.reason}`),
    })) {
      assert.ok(batch.entries.every(({ path: name }) => !name.endsWith('clip 0.mp4')));
    }
    assert.ok(
      skipped.some((text) => /clip 0\.mp4 is damaged in the extracted set's clips-00000\.tar$/.test(text)),
      skipped.join(),
    );

    truncateSync(path, 4000);
    await assert.rejects(
      openDataset(file('altered')),
      userError(/clips-00000\.tar has 4000 bytes instead of \d+: copy it again/),
    );
    rmSync(path);
    await assert.rejects(
      openDataset(file('altered')),
      userError(/clips-00000\.tar is missing: copy it again/),
    );
    await copyRaw(file, 'altered');
    writeFileSync(join(file('altered'), 'manifest.jsonl'), '{"path"');
    await assert.rejects(
      openDataset(file('altered')),
      userError(/manifest\.jsonl does not list the clips.*--merge/),
    );
    const other = readFileSync(join(shards, 'clips-00002.jsonl'), 'utf8').replace(
      /"settings":"\w/,
      '"settings":"x',
    );
    writeFileSync(join(shards, 'clips-00002.jsonl'), other);
    assert.throws(
      () => mergeExtraction(file('altered')),
      userError(/clips-00002\.tar belongs to an extraction with other settings/),
    );
    writeFileSync(join(file('altered'), 'extraction.json'), '{}');
    await assert.rejects(
      openDataset(file('altered')),
      userError(/extraction\.json is not what "xkd extract" writes/),
    );
  });

  it('refuses what does not fit', async () => {
    const { entries } = await openDataset(file('raw'));
    const loader = await openLoader({ entries, config: config({ 'clip.frameSize': 64 }) });
    await assert.rejects(
      loader.next(),
      userError(
        /was extracted for clip\.frameSize=32, but the configuration has clip\.frameSize=64: extract it again with --short-side 64, or set clip\.frameSize=32/,
      ),
    );
    await loader.close();
    await assert.rejects(
      extract('raw', { form: { shortSide: 48 } }),
      userError(/other settings \(shortSide 32 there, 48 asked for\): choose another folder/),
    );
    const fewer = { ...original, entries: original.entries.slice(1) };
    await assert.rejects(extract('raw', { dataset: fewer }), userError(/files 12 there, 11 asked for/));
    await assert.rejects(extract('raw/extraction.json'), userError(/is a file: name a folder/));
    await assert.rejects(
      extract('originals'),
      userError(/is the folder of the original files: choose another one with --out/),
    );
    assert.ok(!existsSync(join(file('originals'), 'shards')));
    const extracted = await openDataset(file('raw'));
    await assert.rejects(
      extract('twice', { dataset: extracted }),
      userError(/is extracted already: name the folder of the original/),
    );
    assert.throws(
      () => mergeExtraction(file('originals')),
      userError(/holds no extraction: name the folder/),
    );
    await extract('raw', { clipsPerShard: undefined });
    assert.throws(
      () => requireSpace(file('raw'), 1e18),
      userError(/needs about 1000000 TB, but [\d.]+ \w+ are free at/),
    );
  });

  it('tries failed files again when asked to', async () => {
    await copyRaw(file, 'mended');
    renameSync(join(file('originals'), 'sound.wav'), join(file('originals'), 'missing.mp4'));
    try {
      await extract('mended');
      assert.deepEqual(contents(file('mended')), contents(file('raw')));
      const { merged } = await extract('mended', { retryFailed: true });
      assert.deepEqual(merged!.failed.map(({ path }) => path).sort(), ['sound.wav', 'text.mp4']);
    } finally {
      renameSync(join(file('originals'), 'missing.mp4'), join(file('originals'), 'sound.wav'));
    }
  });
});

interface Line {
  path: string;
  original: { bytes: number; sha256: string | null };
  durationSeconds: number;
  frames: number;
  samples: number;
  stored: { shard: string; offset: number; length: number; sha256: string };
  error?: string;
}

function manifest(folder: string): Line[] {
  const lines = readFileSync(join(folder, 'manifest.jsonl'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Line);
}

async function batches(entries: readonly MediaEntry[], overrides: Overrides = {}): Promise<ViewBatch[]> {
  const loader = await openLoader({ entries, config: config(overrides) });
  const made = [await loader.next(), await loader.next(), await loader.next(), await loader.next()];
  await loader.close();
  return made;
}

async function evaluate(
  entries: readonly MediaEntry[],
  modalities: readonly ('video' | 'audio')[],
): Promise<EvaluationBatch> {
  const plan = { kind: 'spread', clips: 1, crops: 1 } as const;
  for await (const batch of evaluationBatches(entries, config(), { batch: 100, modalities, plan }))
    return batch;
  throw new Error('no batch');
}

function pathsOf(made: readonly ViewBatch[], root: string): string[][] {
  return made.map(({ entries }) => entries.map(({ path }) => path.slice(root.length)));
}

function rootMeanSquare(a: NdArray, b: NdArray): number {
  const sum = a.data.reduce((total, value, i) => total + (value - b.data[i]) ** 2, 0);
  return Math.sqrt(sum / a.data.length);
}

/** Hashes of all files of an extraction, by name. */
function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const all = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(all.map((path) => [path.slice(folder.length), sha256Of(readFileSync(path))]));
}

async function copyRaw(file: (name: string) => string, name: string): Promise<void> {
  const { cp } = await import('node:fs/promises');
  if (existsSync(file(name))) rmSync(file(name), { recursive: true });
  await cp(file('raw'), file(name), { recursive: true });
}

function size(folder: string): number {
  return manifest(folder).reduce((sum, { stored }) => sum + stored.length, 0);
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
