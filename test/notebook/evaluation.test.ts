import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  clipSpaceFigure,
  decodeClip,
  fewLabelsFigure,
  fitOf,
  makeSampleSet,
  openDataset,
  retrieve,
  retrievalHtml,
  smallClips,
  umapSpace,
  UserError,
  watchProtocol,
  type FeatureMatrix,
  type MediaEntry,
  type ProtocolArgs,
  type ProtocolResult,
} from 'xkd/internal';
import { probe } from 'xkd/dist/media';
import { countingPictures, ffmpeg } from '../media/fixtures';
import { captureDisplays } from './captureDisplays';

const entry = (label: string, name: string): MediaEntry => ({
  path: `/clips/${name}.mp4`,
  label,
  split: 'test',
});
const matrix = (rows: readonly (readonly number[])[]): FeatureMatrix => ({
  data: Float32Array.from(rows.flat()),
  rows: rows.length,
  columns: rows[0].length,
});

describe('map of features', () => {
  const groups = [[1, 0, 0, 0], [0, 1, 0, 0]]; // prettier-ignore
  const features = matrix(
    Array.from({ length: 40 }, (_, i) =>
      groups[i % 2].map((value, j) => value + 0.02 * Math.sin(7 * i + 3 * j)),
    ),
  );
  const at = (points: Float32Array, i: number) => points.subarray(3 * i, 3 * i + 3);
  const distance = (a: Float32Array, b: Float32Array) => Math.hypot(...a.map((value, k) => value - b[k]));

  it('keeps neighbours together, and is drawn alike from the same seed', () => {
    const points = umapSpace({ features, neighbours: 8, seed: 3 });
    assert.equal(points.length, 120);
    const means = (step: number) => {
      let sum = 0;
      for (let i = 0; i < 38; i++) sum += distance(at(points, i), at(points, i + step)) / 38;
      return sum;
    };
    assert.ok(means(2) < 0.5 * means(1), `${means(2)} within a group, ${means(1)} between`);
    assert.deepEqual(umapSpace({ features, neighbours: 8, seed: 3 }), points);
    assert.notDeepEqual(umapSpace({ features, neighbours: 8, seed: 4 }), points);
  });

  it('refuses two clips', () => {
    assert.throws(() => umapSpace({ features: matrix([[1], [2]]), seed: 0 }), UserError);
  });
});

describe('figure of clips in space', () => {
  const args = { points: [0, 1, 2, 3, 4, 5, 6, 7, 8], labels: ['b', 'a', 'b'], names: ['x', 'y', 'z'] };

  it('tells each point what it plays', () => {
    const figure = clipSpaceFigure({ ...args, sources: new Map([[2, 'data:video/mp4;base64,AA']]) });
    assert.deepEqual(figure.layout.meta.clips, [{ source: 'data:video/mp4;base64,AA', caption: 'z' }]);
    const traces = figure.data.map((trace) => {
      assert.ok(trace.type === 'scatter3d');
      return { name: trace.name, text: trace.text, plays: trace.customdata, legend: trace.showlegend };
    });
    assert.deepEqual(traces, [
      { name: 'a', text: ['y'], plays: [null], legend: true },
      { name: 'b', text: ['z'], plays: [0], legend: true },
      { name: 'b', text: ['x'], plays: [null], legend: false },
    ]);
  });

  it('leaves room for a panel only where something plays', () => {
    assert.equal(clipSpaceFigure(args).layout.margin!.r, 0);
    assert.equal(clipSpaceFigure(args).layout.meta.clips, undefined);
  });
});

describe('figure of few labels', () => {
  it('draws top-1 over the shares, with intervals', () => {
    const metrics = { 'top1@1%': 0.25, 'top5@1%': 0.6, 'top1@100%': 0.75 };
    const intervals = { 'top1@1%': { low: 0.125, high: 0.5, values: 3 } };
    const result = { metrics, intervals } as unknown as ProtocolResult;
    const [trace] = fewLabelsFigure({ curves: [{ name: 'XKD', result }], chance: 0.125 }).data;
    assert.ok(trace.type === 'scatter');
    assert.deepEqual([trace.x, trace.y], [[1, 100], [25, 75]]); // prettier-ignore
    assert.deepEqual([trace.error_y!.array, trace.error_y!.arrayminus], [[25, 0], [12.5, 0]]); // prettier-ignore
  });
});

describe('retrieval for players', () => {
  // The second modality is the first with its columns swapped: a linear map finds it.
  const rows = [[1, 0], [0, 1], [-1, 0], [0, -1], [1, 1]]; // prettier-ignore
  const pairs = { video: matrix(rows), audio: matrix(rows.map(([a, b]) => [b, a])) };
  const settings = { method: 'ridge', ridge: 1e-3 } as const;
  const entries = ['a', 'b', 'a', 'b', 'c'].map((label, i) => entry(label, `clip<${i}>`));

  it('finds the other half of each clip', () => {
    const answers = retrieve({ learnt: pairs, sought: pairs, from: 'audio', top: 2, settings });
    assert.deepEqual(answers.map(({ query, rank, found }) => [query, rank, found[0].row]), rows.map((_, i) => [i, 1, i])); // prettier-ignore
    assert.ok(answers[0].found[0].cosine > 0.99);
    assert.equal(answers[0].found.length, 2);
  });

  it('refuses a query that is not there', () => {
    const ask = () => retrieve({ learnt: pairs, sought: pairs, from: 'video', queries: [7], settings });
    assert.throws(ask, /There is no clip 7 to ask with; give numbers from 0 to 4/);
  });

  it('marks the right answers', () => {
    assert.deepEqual([0, 2, 1].map((row) => fitOf(entries, 0, row)), ['itself', 'class', 'other']); // prettier-ignore
    const found = [0, 1].map((row) => ({ row, cosine: 0.5 }));
    const html = retrievalHtml(
      { answers: [{ query: 0, rank: 1, found }], entries, from: 'audio' },
      new Map([[0, 'data:video/mp4;base64,AA'], [1, 'data:video/mp4;base64,BB']]), // prettier-ignore
    );
    assert.deepEqual([...html.matchAll(/<(audio|video) /g)].map(([, tag]) => tag), ['audio', 'video', 'video']); // prettier-ignore
    assert.match(html, /the very clip[\s\S]*another class[\s\S]*its own: place 1/);
  });

  it('names clips without a class by their files, safely', () => {
    const nameless = [{ ...entries[0], label: null }];
    const answers = [{ query: 0, rank: 1, found: [] }];
    assert.match(
      retrievalHtml({ answers, entries: nameless, from: 'video' }, new Map()),
      /clip&#60;0&#62;\.mp4/,
    );
  });
});

describe('small clips', function () {
  this.timeout(60_000);
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'xkd-small-'));
    await makeSampleSet({ out: join(folder, 'set'), train: 8, test: 8 });
  });
  after(() => rmSync(folder, { recursive: true }));

  it('are a second with sound in less than 10 kB', async () => {
    const { entries } = await openDataset(join(folder, 'set'));
    const [source] = await smallClips(entries.slice(0, 1), { seconds: 1, sidePixels: 48 });
    const bytes = Buffer.from(source.replace('data:video/mp4;base64,', ''), 'base64');
    assert.ok(bytes.length < 10_000, `${bytes.length} bytes`);
    const path = join(folder, 'small.mp4');
    writeFileSync(path, bytes);
    const { durationSeconds, video, audio } = await probe(path);
    assert.ok(Math.abs(durationSeconds! - 1) < 0.15, `${durationSeconds} s`);
    assert.equal(Math.max(video!.width, video!.height), 48);
    assert.ok(audio);
  });

  it('show the same pictures as windows do, and hear the sound of a file of its own', async () => {
    const path = join(folder, 'groups.ts');
    ffmpeg(
      ...countingPictures(6),
      '-c:v',
      'libx264',
      '-g',
      '75',
      '-bf',
      '2',
      '-qp',
      '4',
      '-pix_fmt',
      'yuv444p',
      path,
    );
    const sound = join(folder, 'tone.wav');
    ffmpeg('-f', 'lavfi', '-i', 'sine=f=440:d=6', sound);
    const [source] = await smallClips([{ path, sound, label: null, split: null }], {
      seconds: 1,
      sidePixels: 32,
    });
    const small = join(folder, 'groups-small.mp4');
    writeFileSync(small, Buffer.from(source.replace('data:video/mp4;base64,', ''), 'base64'));
    const rates = { clipSeconds: 1, framesPerSecond: 10, shortSide: 24 };
    const { durationSeconds } = await probe(path);
    const window = await decodeClip(path, {
      ...rates,
      startSeconds: (durationSeconds! - 1) / 2,
      audio: false,
    });
    const shown = await decodeClip(small, rates);
    const red = ({ frames, height, width }: typeof shown, k: number): number =>
      frames![3 * height * width * k];
    for (let k = 0; k < 10; k++)
      assert.ok(Math.abs(red(shown, k) - red(window, k)) < 8, `${k}: ${red(shown, k)}, ${red(window, k)}`);
    assert.ok(red(window, 9) - red(window, 0) > 30);
    assert.ok(shown.waveform!.some((sample) => Math.abs(sample) > 0.05));
  });

  it('names a file that is none', async () => {
    const path = join(folder, 'no.mp4');
    writeFileSync(path, 'text');
    await assert.rejects(smallClips([{ path, label: null, split: null }], { seconds: 1 }), /no\.mp4/);
  });
});

describe('a protocol watched', () => {
  it('shows a bar for each thing that is done, and hands over a signal', async () => {
    const protocol = async (args: ProtocolArgs): Promise<ProtocolResult> => {
      assert.equal(args.signal?.aborted, false);
      for (const label of ['features', 'SVM']) {
        args.onProgress!({ label, done: 0, total: 2, unit: 'clips' });
        args.onProgress!({ label, done: 2, total: 2, unit: 'clips', figures: { loss: '0.5' } });
      }
      return {} as ProtocolResult;
    };
    const listeners = process.listenerCount('SIGINT');
    const shown = await captureDisplays(() => watchProtocol(protocol, {} as ProtocolArgs, {}));
    const last = new Map(shown.map(({ id, data }) => [id, String(data['text/plain'])]));
    assert.equal(last.size, 2);
    const texts = [...last.values()];
    assert.match(texts[0], /^features .*100 %.*2\/2 clips.*loss 0\.5/);
    assert.match(texts[1], /^SVM /);
    assert.equal(process.listenerCount('SIGINT'), listeners);
  });
});
