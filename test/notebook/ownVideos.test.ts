import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  badFileRows,
  clipPreview,
  configure,
  crossModalRows,
  divideClips,
  extractFolder,
  largestClassShare,
  limitClips,
  nearestRows,
  openDataset,
  progressBars,
  RandomStream,
  resumablePretraining,
  showMatches,
  surveyRows,
  surveyDataset,
  UserError,
  workFolder,
  type Dataset,
  type MediaEntry,
} from 'xkd/internal';
import { ffmpegPath } from 'xkd/dist/media/ffmpeg/ffmpeg';
import { ffmpeg, ordinaryClip, temporaryFolder } from '../media/fixtures';
import { captureDisplays } from './captureDisplays';

/** Data sets without files, from the classes and splits of their clips. */
function listed(clips: readonly (readonly [label: string | null, split?: string])[]): Dataset {
  const entries = clips.map(([label, split = null], i): MediaEntry => ({
    path: `/own/${i}.mp4`,
    label,
    split,
  }));
  const classes = [...new Set(clips.flatMap(([label]) => label ?? []))].sort();
  const of = (name: string) => entries.flatMap(({ split }, i) => (split === name ? [i] : []));
  const folds = of('test').length > 0 ? [{ name: 'default', train: of('train'), test: of('test') }] : [];
  return {
    name: 'folder',
    root: '/own',
    entries,
    classes,
    multiLabel: false,
    modalities: ['video', 'audio'],
    folds,
  };
}

const times = <T>(n: number, value: T): T[] => Array.from({ length: n }, () => value);

describe('a first try on a part of a folder', () => {
  const dataset = listed([
    ...times(60, ['a', 'train'] as const),
    ...times(20, ['b', 'train'] as const),
    ...times(20, ['a', 'test'] as const),
  ]);

  it('keeps the shares of classes and splits, and the folds', () => {
    const part = limitClips(dataset, 50, 1);
    const count = (label: string, split: string) =>
      part.entries.filter((entry) => entry.label === label && entry.split === split).length;
    assert.deepEqual([count('a', 'train'), count('b', 'train'), count('a', 'test')], [30, 10, 10]);
    assert.deepEqual([part.folds[0].train.length, part.folds[0].test.length], [40, 10]);
    assert.ok(part.folds[0].test.every((place) => part.entries[place].split === 'test'));
    assert.deepEqual(limitClips(dataset, 50, 1), part);
    assert.notDeepEqual(limitClips(dataset, 50, 2), part);
  });

  it('is all of it where that is less', () => {
    assert.equal(limitClips(dataset, null, 1), dataset);
    assert.equal(limitClips(dataset, 100, 1), dataset);
  });
});

describe('clips to learn from and to test on', () => {
  it('are those of the folder, where it says so', () => {
    const { train, test, labelled } = divideClips(
      listed([
        ...times(6, ['a', 'train'] as const),
        ...times(4, ['b', 'train'] as const),
        ...times(3, ['b', 'test'] as const),
      ]),
      { seed: 0 },
    );
    assert.deepEqual([train.length, test.length], [10, 3]);
    assert.equal(largestClassShare(labelled!), 1);
  });

  it('are drawn from each class, the same ones for a seed', () => {
    const dataset = listed([...times(10, ['a'] as const), ...times(5, ['b'] as const)]);
    const divided = divideClips(dataset, { seed: 3 });
    assert.deepEqual(divided.test.map(({ label }) => label).sort(), ['a', 'a', 'b']);
    assert.equal(new Set([...divided.train, ...divided.test]).size, 15);
    assert.deepEqual(divideClips(dataset, { seed: 3 }).test, divided.test);
    assert.ok(Math.abs(largestClassShare(divided.labelled!) - 2 / 3) < 1e-9);
  });

  for (const [what, clips, sentence] of [
    ['no classes', times(8, [null] as const), /have no classes/],
    ['one class', times(8, ['cat'] as const), /of one class \("cat"\)/],
    ['a class for each clip', times(8, null).map((_, i) => [`c${i}`] as const), /No class has clips both/],
  ] as const) {
    it(`say what can't be tested with ${what}`, () => {
      const { train, test, labelled, sentences } = divideClips(listed(clips), { seed: 0 });
      assert.deepEqual([train.length, test.length, labelled], [6, 2, null]);
      assert.match(sentences.join(' '), sentence);
    });
  }

  it('leave clips of unknown and unlearnt classes out of what is tested by class', () => {
    const rows = [...times(4, ['a', 'train'] as const), ...times(4, ['b', 'train'] as const)];
    const { labelled, test, sentences } = divideClips(
      listed([...rows, ['a', 'test'], ['c', 'test'], [null, 'test']]),
      { seed: 0 },
    );
    assert.deepEqual([test.length, labelled!.folds[0].test.length, labelled!.entries.length], [3, 1, 9]);
    assert.match(sentences.join(' '), /2 clips without a class, or of one that only the test has/);
  });

  it('have to be enough', () => {
    assert.throws(() => divideClips(listed(times(4, ['a'] as const)), { seed: 0 }), {
      name: 'UserError',
      message: /\/own leaves 2 clips to learn from and 2 to test on.*add videos/,
    });
  });
});

describe('search', () => {
  const random = RandomStream.fromSeed(4);
  const matrix = (rows: number, columns: number) => ({
    data: Float32Array.from({ length: rows * columns }, () => random.normal()),
    rows,
    columns,
  });

  it('finds first what points the same way, and never the clip itself', () => {
    const data = Float32Array.of(2, 1, 4, 2, -3, 3);
    const found = nearestRows({ data, rows: 3, columns: 2 }, 0);
    assert.deepEqual(
      found.map(({ row }) => row),
      [1, 2],
    );
    assert.ok(Math.abs(found[0].cosine - Math.SQRT1_2) < 1e-6);
  });

  it('finds the other modality of clips that it has not learnt from', () => {
    // The sound's features are the pictures' features, reflected at a plane, scaled and shifted. All directions keep equal
    // strength, so the regression's penalty, which weakens weak ones, leaves every clip nearest to itself.
    const [x, normal] = [matrix(80, 6), matrix(1, 6).data];
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i], 0);
    const y = { ...x, data: new Float32Array(x.data.length) };
    for (let i = 0; i < 80; i++) {
      const row = x.data.subarray(6 * i, 6 * i + 6);
      const twice = (2 * dot(row, normal)) / dot(normal, normal);
      row.forEach((value, j) => (y.data[6 * i + j] = 3 * (value - twice * normal[j]) + 5));
    }
    const part = (from: number, to: number) => {
      const cut = (all: typeof x) => ({
        data: all.data.slice(6 * from, 6 * to),
        rows: to - from,
        columns: 6,
      });
      return { entries: [], features: { video: cut(x), audio: cut(y) } };
    };
    const [learnt, among] = [part(0, 60), part(60, 80)];
    for (const from of ['video', 'audio'] as const) {
      const found = times(20, 0).map((_, row) => crossModalRows({ learnt, among, from, row })[0]);
      found.forEach(({ row, cosine }, given) => {
        assert.equal(row, given);
        assert.ok(cosine > 0.99, `clip ${given}: ${cosine}`);
      });
    }
  });
});

describe('a folder of one’s own', () => {
  const file = temporaryFolder();
  const config = configure('nano', { 'training.batch': 4, 'training.steps': 3, 'optimiser.warmupEpochs': 0 });

  before(() => {
    mkdirSync(file('videos'));
    for (let i = 0; i < 8; i++) ordinaryClip(file(`videos/clip ${i}.mp4`), 1.2 + 0.1 * i, { hue: 40 * i });
    ffmpeg(
      '-f',
      'lavfi',
      '-i',
      'testsrc2=d=1:s=64x48:r=25',
      '-pix_fmt',
      'yuv420p',
      file('videos/silent.mp4'),
    );
    writeFileSync(file('videos/text.mp4'), 'no video at all');
  });

  it('is counted, with a way out for each bad file', async () => {
    const survey = (await surveyDataset(file('videos'), { open: { decode: false, log: null } }))!;
    const counts = Object.fromEntries(surveyRows(survey).map((row) => [row['in the folder'], row.count]));
    assert.equal(counts.files, 10);
    assert.equal(counts.classes, 0);
    assert.equal(counts['cannot be used'], 1);
    assert.equal(counts['without sound'], 1);
    const [row] = badFileRows(survey.opened!.broken);
    assert.equal(row.file, 'text.mp4');
    assert.match(String(row['way out']), /copy it again or leave it out/);
    const wayOut = (reason: string) => badFileRows([{ path: 'a.mp4', reason }])[0]['way out'];
    const cut = 'is truncated: it holds 3.0 s of the 9.0 s it announces';
    assert.equal(wayOut(cut), 'copy it again, or keep what is there: "ffmpeg -i FILE new.mp4"');
    const headless = 'is truncated: its index (the moov atom) is missing';
    assert.equal(wayOut(headless), 'copy it again: without its index nothing in it can be found');
  });

  it('is decoded once, learnt from, gone on with and played', async () => {
    const dataset = await openDataset(file('videos'));
    const out = file('extracted');
    const shown = await captureDisplays(() => extractFolder({ dataset, out, config }));
    assert.match(String(shown[0].data['text/plain']), /^10 clips; about \d+ MB of disk/);
    const folder = await extractFolder({ dataset, out, config });
    assert.equal(folder.dataset.entries.length, 8);
    assert.deepEqual(
      folder.unusable.map(({ path }) => path),
      ['silent.mp4', 'text.mp4'],
    );
    assert.match(folder.unusable[0].reason, /no audio stream/);
    const third = folder.original(folder.dataset.entries[3]);
    assert.equal(third.path, file('videos/clip 3.mp4'));
    assert.ok(Math.abs(third.middleSeconds - 0.75) < 0.05);

    const { train } = divideClips(folder.dataset, { seed: 0 });
    const asked = { config, entries: train, data: 'videos', out: file('run') };
    const first = await resumablePretraining(asked);
    await first.run.step();
    first.run.save();
    await first.run.close();
    first.run.state.dispose();
    const second = await resumablePretraining(asked);
    assert.deepEqual(
      second.history.map(({ step }) => step),
      [0],
    );
    for await (const metrics of second.run) second.history.push(metrics);
    assert.deepEqual(
      second.history.map(({ step }) => step),
      [0, 1, 2],
    );
    await second.run.close();
    second.run.state.dispose();

    const matches = [
      { row: 2, cosine: 0.5 },
      { row: 1, cosine: 0.25 },
    ];
    const { entries } = folder.dataset;
    const view = await captureDisplays(() =>
      showMatches({ folder, entries, row: 1, matches, given: 'sound', found: 'pictures' }),
    );
    const html = String(view[0].data['text/html']);
    assert.equal(html.match(/<audio/g)?.length, 1);
    assert.equal(html.match(/<video/g)?.length, 2);
    assert.match(html, /1\. clip 2\.mp4, 0\.50[\s\S]*2\. clip 1\.mp4 \(the clip itself\), 0\.25/);
    assert.equal(view[0].data['text/plain'], 'clip 1.mp4: 1. clip 2.mp4, 2. clip 1.mp4');
  });

  it('plays a small cut of any file, pictures or sound alone', async () => {
    const source = { path: file('videos/clip 7.mp4'), middleSeconds: 1 };
    for (const [kind, streams] of [
      ['both', /Video: h264[\s\S]*Audio: aac/],
      ['pictures', /Video: h264/],
      ['sound', /Audio: aac/],
    ] as const) {
      const html = await clipPreview({ file: source, kind });
      const bytes = Buffer.from(/base64,([^"]+)"/.exec(html)![1], 'base64');
      assert.ok(bytes.length < 40_000, `${bytes.length} bytes`);
      writeFileSync(file('cut.mp4'), bytes);
      const told = informationOf(file('cut.mp4'));
      assert.match(told, streams);
      if (kind === 'pictures') assert.doesNotMatch(told, /Audio:/);
      if (kind === 'sound') assert.doesNotMatch(told, /Video:/);
    }
    await assert.rejects(
      clipPreview({ file: { path: file('videos/text.mp4'), middleSeconds: 0 } }),
      (error: Error) => error instanceof UserError && /text\.mp4 to play: /.test(error.message),
    );
    assert.deepEqual(
      readdirSync(tmpdir()).filter((name) => name.startsWith(`xkd-preview-${process.pid}-`)),
      [],
    );
  });

  it('that holds no pair at all is refused in a sentence', async () => {
    mkdirSync(file('silent'));
    for (const name of ['a.mp4', 'b.mp4']) copyFileSync(file('videos/silent.mp4'), file(`silent/${name}`));
    await assert.rejects(
      extractFolder({ dataset: await openDataset(file('silent')), out: file('nothing'), config }),
      (error: Error) =>
        error instanceof UserError && /None of the 2 files.*has both pictures and sound/.test(error.message),
    );
  });

  it('has another work folder as soon as a file differs', async () => {
    const dataset = await openDataset(file('videos'));
    const { path, run } = workFolder(dataset);
    assert.equal(workFolder(dataset).path, path);
    assert.equal(dirname(run), path);
    assert.match(path, /own-videos.videos-[0-9a-f]{8}$/);
    const fewer = { ...dataset, entries: dataset.entries.slice(1) };
    assert.notEqual(workFolder(fewer).path, path);
    writeFileSync(join(dataset.root, 'text.mp4'), 'another text');
    assert.notEqual(workFolder(dataset).path, path);
  });
});

describe('progress of a protocol', () => {
  it('stays in one place, and ends with the last thing done', async () => {
    const shown = await captureDisplays(() => {
      const tell = progressBars();
      for (const label of ['features', 'SVM']) {
        for (let done = 0; done <= 5; done++) tell({ label, done, total: 5, unit: 'clips' });
      }
    });
    assert.equal(new Set(shown.map(({ id }) => id)).size, 1);
    assert.match(String(shown.at(-1)!.data['text/plain']), /^SVM .*5\/5 clips/);
  });
});

/** ffmpeg's information about a file. */
function informationOf(path: string): string {
  try {
    execFileSync(ffmpegPath(), ['-hide_banner', '-i', path], { stdio: 'pipe', encoding: 'utf8' });
  } catch (error) {
    return (error as { stderr: string }).stderr;
  }
  return '';
}
