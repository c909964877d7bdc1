import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSampleSet, parseCsv, sampleClasses, UserError, type SampleOptions } from 'xkd/internal';
import { ffmpegPath } from 'xkd/dist/media/ffmpeg/ffmpeg';

describe('makeSampleSet', () => {
  let folder: string;
  before(() => (folder = fs.mkdtempSync(join(tmpdir(), 'xkd-sample-'))));
  after(() => fs.rmSync(folder, { recursive: true }));

  const small: SampleOptions = { train: 16, test: 8 };
  const rows = (set: string): Record<string, string>[] => {
    const [names, ...lines] = parseCsv(fs.readFileSync(join(set, 'index.csv'), 'utf8'));
    return lines.map((cells) => Object.fromEntries(cells.map((cell, i) => [names[i], cell])));
  };

  it('makes a small set with an index of every file and progress to the end', async () => {
    const out = join(folder, 'small');
    const seen: number[] = [];
    const summary = await makeSampleSet({ ...small, out }, (done, total) => seen.push(done / total));
    assert.equal(summary.made, true);
    assert.deepEqual(
      seen,
      Array.from({ length: 24 }, (_, i) => (i + 1) / 24),
    );
    const index = rows(out);
    assert.deepEqual(
      index.map(({ path }) => path).sort(),
      fs
        .readdirSync(join(out, 'clips'))
        .map((name) => `clips/${name}`)
        .sort(),
    );
    for (const [split, share] of [
      ['train', 2],
      ['test', 1],
    ] as const) {
      const labels = index.filter((row) => row.split === split).map(({ label }) => label);
      for (const name of sampleClasses) assert.equal(labels.filter((label) => label === name).length, share);
    }
    assert.deepEqual(fs.readdirSync(folder), ['small']);
  });

  it('writes H.264 with yuv420p and AAC, 128 px, 25 frames/s, 16 kHz, as long as the index says', () => {
    for (const row of rows(join(folder, 'small')).slice(0, 3)) {
      const path = join(folder, 'small', row.path);
      const said = spawnSync(ffmpegPath(), ['-hide_banner', '-i', path], { encoding: 'utf8' }).stderr;
      assert.match(said, /Video: h264 .*yuv420p.* 128x128.* 25 fps/);
      assert.match(said, /Audio: aac .*16000 Hz, mono/);
      const frames = decode(path, ['-map', '0:v', '-f', 'rawvideo', '-pix_fmt', 'gray']).length / 128 ** 2;
      assert.equal(frames, Math.round(Number(row.duration) * 25));
    }
  });

  it('keeps the sound in step through the encoding, within 10 ms', () => {
    for (const row of rows(join(folder, 'small')).slice(0, 8)) {
      const bytes = decode(join(folder, 'small', row.path), ['-map', '0:a', '-f', 'f32le']);
      const sound = new Float32Array(new Uint8Array(bytes).buffer);
      const first = Number(row.events.split(';')[0]);
      const before = loudest(sound, 0, first - 0.01);
      assert.ok(loudest(sound, first, first + 0.01) > 3 * before, `${row.path} at ${first}`);
    }
  });

  it('leaves a set of the same settings alone and refuses to replace another unasked', async () => {
    const out = join(folder, 'small');
    const changed = fs.statSync(join(out, 'index.csv')).mtimeMs;
    assert.equal((await makeSampleSet({ ...small, out })).made, false);
    await rejects({ ...small, test: 16, out }, /other settings \(test 8, not 16\); replace it with --force/);
    await rejects({ ...small, dials: { clutter: 3 }, out }, /other settings \(clutter 8, not 3\)/);
    assert.equal(fs.statSync(join(out, 'index.csv')).mtimeMs, changed);
    assert.equal((await makeSampleSet({ train: 2, test: 0, out, force: true })).made, true);
    assert.equal(rows(out).length, 2);
  });

  it('makes the version that is asked for, with its dials, and tells it from another', async () => {
    const of = async (version?: number) => {
      const out = join(folder, `version-${version}`);
      const { settings } = await makeSampleSet({ train: 8, test: 0, version, dials: { soundHum: 0.1 }, out });
      assert.deepEqual(JSON.parse(fs.readFileSync(join(out, 'settings.json'), 'utf8')), settings);
      for (const { soundHum: level } of rows(out))
        assert.ok(Number(level) >= 0.05 && Number(level) <= 0.15, level);
      const { pitchSpread, soundClutter, soundHum } = settings.dials;
      return { out, known: [settings.version, pitchSpread, soundClutter, soundHum] };
    };
    const [earlier, usual] = [await of(2), await of()];
    assert.deepEqual(earlier.known, [2, 0.1, 0, 0.1]);
    assert.deepEqual(usual.known, [3, 0.35, 0.5, 0.1]);
    const asked = { train: 8, test: 0, dials: { soundHum: 0.1 } };
    await rejects({ ...asked, out: earlier.out }, /other settings \(version 2, not 3/);
    await rejects({ ...asked, version: 2, out: usual.out }, /other settings \(version 3, not 2/);
    await rejects({ version: 1, out: usual.out }, /no version 1 of the sample set; there are 2 and 3/);
  });

  it('knows a set of version 2 that was made before there were all of its dials', async () => {
    const out = join(folder, 'before');
    const asked = { train: 2, test: 0, version: 2, out };
    const { settings } = await makeSampleSet(asked);
    const { soundNoise, soundClutter, soundHum, pitchSpread, soundDelay, ...dials } = settings.dials;
    assert.deepEqual([soundNoise, soundClutter, soundHum, pitchSpread, soundDelay], [0, 0, 0, 0.1, 0]);
    fs.writeFileSync(join(out, 'settings.json'), JSON.stringify({ ...settings, dials }));
    assert.equal((await makeSampleSet(asked)).made, false);
  });

  it('never replaces a folder that holds something else, not even when forced', async () => {
    const out = join(folder, 'mine');
    fs.mkdirSync(out);
    fs.writeFileSync(join(out, 'thesis.txt'), 'years');
    await rejects(
      { ...small, out, force: true },
      /already exists and is not a sample set; choose another folder/,
    );
    assert.equal(fs.readFileSync(join(out, 'thesis.txt'), 'utf8'), 'years');
  });

  it('makes the same files with any number of threads and clips', async () => {
    const [one, three] = [join(folder, 'one'), join(folder, 'three')];
    await makeSampleSet({ train: 4, test: 1, seed: 9, workers: 1, out: one });
    await makeSampleSet({ train: 6, test: 0, seed: 9, workers: 3, out: three });
    const trained = rows(one).filter(({ split }) => split === 'train');
    assert.equal(trained.length, 4);
    for (const { path } of trained) {
      assert.ok(fs.readFileSync(join(one, path)).equals(fs.readFileSync(join(three, path))), path);
    }
  });

  it('stops on a signal with no process left, and continues where it stood', async () => {
    const out = join(folder, 'stopped');
    const options = { train: 24, test: 0, workers: 2, out };
    const stop = new AbortController();
    const onProgress = (done: number): void => {
      if (done === 4) stop.abort();
    };
    const stopped = makeSampleSet({ ...options, signal: stop.signal }, onProgress);
    await assert.rejects(
      stopped,
      (error) => error instanceof UserError && /Stopped after \d+ of 24 clips/.test(error.message),
    );
    assert.equal(fs.existsSync(out), false);
    assert.deepEqual(childPrograms(), []);
    const clips = `${out}.partial/clips`;
    const finished = fs.readdirSync(clips).filter((name) => name.endsWith('.mp4'));
    const times = finished.map((name) => fs.statSync(join(clips, name)).mtimeMs);
    await makeSampleSet(options);
    assert.ok(finished.length >= 4);
    assert.deepEqual(
      finished.map((name) => fs.statSync(join(out, 'clips', name)).mtimeMs),
      times,
    );
    assert.equal(fs.readdirSync(join(out, 'clips')).length, 24);
    assert.ok(fs.readdirSync(join(out, 'clips')).every((name) => name.endsWith('.mp4')));
    assert.equal(fs.existsSync(`${out}.partial`), false);
  });

  it('starts clean when an interrupted set had other settings', async () => {
    const out = join(folder, 'changed');
    fs.mkdirSync(`${out}.partial/clips`, { recursive: true });
    fs.writeFileSync(`${out}.partial/clips/train-00000-old.mp4`, '');
    const old = fs.readFileSync(join(folder, 'one', 'settings.json'), 'utf8');
    fs.writeFileSync(`${out}.partial/settings.json`, old);
    await makeSampleSet({ train: 2, test: 0, out });
    assert.equal(fs.readdirSync(join(out, 'clips')).length, 2);
  });

  it('does not let two processes make the same set', async () => {
    const out = join(folder, 'twice');
    const options = { train: 8, test: 0, out };
    const first = makeSampleSet(options);
    await rejects(options, new RegExp(`Process ${process.pid} is making .*twice.partial" just now`));
    assert.equal((await first).made, true);
  });
});

describe('bad input to makeSampleSet', () => {
  let folder: string;
  const ffmpegBefore = process.env.FFMPEG_BIN;
  beforeEach(() => (folder = fs.mkdtempSync(join(tmpdir(), 'xkd-sample-'))));
  afterEach(() => {
    if (ffmpegBefore === undefined) delete process.env.FFMPEG_BIN;
    else process.env.FFMPEG_BIN = ffmpegBefore;
    fs.rmSync(folder, { recursive: true });
  });
  const few = { train: 2, test: 0 };

  it('names a value out of range and a dial that does not exist', async () => {
    const out = join(folder, 'set');
    await rejects({ out, dials: { commonShare: 1.5 } }, /^commonShare must be at most 1; 1\.5 is not\.$/);
    await rejects({ out, dials: { clutter: 2.5 } }, /^clutter must be a whole number; 2\.5 is not one\.$/);
    await rejects(
      { out, dials: { fog: 1 } as object },
      /no dial "fog"; the dials are visualNoise, clutter, soundNoise, soundClutter, soundHum, pitchSpread, soundDelay, commonShare/,
    );
    await rejects({ out, train: 0 }, /^train must be at least 1; 0 is not\.$/);
    await rejects({ out, workers: 0 }, /^workers must be a whole number from 1 to 256; 0 is not\.$/);
    assert.deepEqual(fs.readdirSync(folder), []);
  });

  it('says that a folder cannot be made', async () => {
    fs.writeFileSync(join(folder, 'file'), '');
    await rejects(
      { ...few, out: join(folder, 'file', 'set') },
      /file" is a file, so no folder can be made in it; choose another/,
    );
  });

  it('says that the disk is full, that ffmpeg fails, and that it does not start', async () => {
    const cases = [
      [
        '#!/bin/sh\necho "Error writing trailer: No space left on device" >&2\nexit 1\n',
        /The disk is full at .*; free some space/,
      ],
      [
        '#!/bin/sh\necho "Unknown encoder libx264" >&2\nexit 1\n',
        /ffmpeg could not write .*: Unknown encoder libx264\./,
      ],
      ['#!/no/such/shell\n', /ffmpeg \(.*\) did not start: .*ENOENT/],
    ] as const;
    for (const [script, message] of cases) {
      process.env.FFMPEG_BIN = join(folder, 'ffmpeg');
      fs.writeFileSync(process.env.FFMPEG_BIN, script, { mode: 0o755 });
      await rejects({ ...few, out: join(folder, 'set') }, message);
      assert.equal(fs.existsSync(join(folder, 'set')), false);
    }
  });
});

function rejects(options: SampleOptions, message: RegExp): Promise<void> {
  return assert.rejects(makeSampleSet(options), (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, message);
    return true;
  });
}

function decode(path: string, output: readonly string[]): Buffer {
  return execFileSync(ffmpegPath(), ['-v', 'error', '-i', path, ...output, '-'], { maxBuffer: 1e8 });
}

function loudest(sound: Float32Array, fromSeconds: number, toSeconds: number): number {
  const part = sound.subarray(
    Math.max(0, Math.round(fromSeconds * 16000)),
    Math.max(0, Math.round(toSeconds * 16000)),
  );
  return part.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
}

/** ffmpeg processes started by this process and not yet reaped. Other tests may have started some. */
function childPrograms(): string[] {
  if (!fs.existsSync('/proc/self/stat')) {
    const lines = execFileSync('ps', ['-A', '-o', 'ppid=,comm='], { encoding: 'utf8' }).split('\n');
    return lines.filter((line) => line.includes('ffmpeg') && line.trim().startsWith(`${process.pid} `));
  }
  return fs.readdirSync('/proc').flatMap((pid) => {
    try {
      const [, name, parent] = /\((.*)\) \w (\d+)/.exec(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'))!;
      return Number(parent) === process.pid && name.includes('ffmpeg') ? [name] : [];
    } catch {
      return [];
    }
  });
}
