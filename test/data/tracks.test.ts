import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  configure,
  decodeClip,
  extractDataset,
  openDataset,
  openLoader,
  probe,
  surveyDataset,
  type MediaEntry,
  type Overrides,
  type StoredForm,
} from 'xkd/internal';
import { readRunStatus } from 'xkd/dist/train/runs/runStatus';
import { ffmpeg, ordinaryClip, temporaryFolder } from '../media/fixtures';
import { extract, formOf } from '../support/extract';
import { config as runConfig, finish, open, source } from '../support/runs';

const quick: Overrides = { 'training.batch': 2, 'loader.workers': 1, 'loader.maxBadShare': 0 };

describe('files with several tracks', function () {
  this.timeout(120_000);
  const file = temporaryFolder();
  const root = file('set');

  before(() => {
    mkdirSync(root);
    const lavfi = (graph: string): string[] => ['-f', 'lavfi', '-i', graph];
    const maps = ['0:v', '1:v', '2:a', '3:a'].flatMap((stream) => ['-map', stream]);
    const marks = [
      '-disposition:v:0',
      'default',
      '-disposition:v:1',
      '0',
      '-disposition:a:0',
      '0',
      '-disposition:a:1',
      'default',
    ];
    for (const name of ['1', '2']) {
      const pictures = [...lavfi('color=black:s=64x48:r=25:d=5'), ...lavfi('color=white:s=64x48:r=25:d=5')];
      const sounds = [...lavfi("aevalsrc='.5*sin(2765*t)':s=16000:d=5"), ...lavfi('anullsrc=r=16000:d=5')];
      ffmpeg(
        ...pictures,
        ...sounds,
        ...maps,
        '-c:v',
        'libx264',
        '-pix_fmt',
        'yuv420p',
        '-c:a',
        'pcm_s16le',
        ...marks,
        join(root, `${name}.mkv`),
      );
    }
  });

  const peak = (waveform: Float32Array | null): number =>
    waveform!.reduce((most, sample) => Math.max(most, sample), 0);
  const isAll = (frames: Uint8Array | null, value: number): boolean =>
    frames!.every((own) => Math.abs(own - value) < 3);

  it('are read by the track that they mark, or by the one that is asked for', async () => {
    const path = join(root, '1.mkv');
    const usual = await decodeClip(path, { clipSeconds: 1 });
    assert.ok(peak(usual.waveform) === 0 && isAll(usual.frames, 0));
    const chosen = await decodeClip(path, { clipSeconds: 1, tracks: { video: 2, audio: 1 } });
    assert.ok(peak(chosen.waveform) > 0.4 && isAll(chosen.frames, 255));
    const { video, audio } = await probe(path);
    assert.deepEqual([video!.track, video!.tracks, audio!.track, audio!.tracks], [1, 2, 2, 2]);
    await assert.rejects(
      decodeClip(path, { tracks: { audio: 3 } }),
      /it has 2 audio tracks, so there is no track 3/,
    );
  });

  it('are read in the same way without libav', async () => {
    process.env.XKD_DECODER = 'ffmpeg';
    try {
      const path = join(root, '1.mkv');
      const usual = await decodeClip(path, { clipSeconds: 1 });
      assert.ok(peak(usual.waveform) === 0 && isAll(usual.frames, 0));
      const chosen = await decodeClip(path, { clipSeconds: 1, tracks: { video: 2, audio: 1 } });
      assert.ok(peak(chosen.waveform) > 0.4 && isAll(chosen.frames, 255));
      await assert.rejects(
        decodeClip(path, { tracks: { video: 3 } }),
        /it has 2 video tracks, so there is no track 3/,
      );
    } finally {
      delete process.env.XKD_DECODER;
    }
  });

  const firstBatch = async (entries: readonly MediaEntry[], overrides: Overrides = {}) => {
    const loader = await openLoader({ entries, config: configure('nano', { ...quick, ...overrides }) });
    try {
      const { video, audio } = await loader.next();
      return { video, audio, notes: loader.notes };
    } finally {
      await loader.close();
    }
  };

  it('are learnt from by the configuration, and told of once a kind', async () => {
    const { entries } = await openDataset(root);
    const usual = await firstBatch(entries);
    assert.equal(usual.notes.length, 2);
    assert.match(
      usual.notes[0],
      /\.mkv has 2 video tracks, of which track 1 is used: clip\.videoTrack chooses another/,
    );
    assert.match(
      usual.notes[1],
      /\.mkv has 2 audio tracks, of which track 2 is used: clip\.audioTrack chooses another/,
    );
    const tracks = { 'clip.videoTrack': 2, 'clip.audioTrack': 1 };
    const chosen = await firstBatch(entries, tracks);
    assert.deepEqual(chosen.notes, []);
    assert.notDeepEqual(chosen.video, usual.video);
    assert.notDeepEqual(chosen.audio, usual.audio);
    await assert.rejects(
      firstBatch(entries, { 'clip.audioTrack': 3 }),
      /has 2 audio tracks, so there is no track 3/,
    );
    const form = formOf(configure('nano'));
    await extract(root, file('out'), [...form, '--video-track', '2', '--audio-track', '1']);
    const extracted = await openDataset(file('out'));
    const stored = await firstBatch(extracted.entries, tracks);
    assert.deepEqual([stored.video, stored.audio], [chosen.video, chosen.audio]);
    await assert.rejects(
      firstBatch(extracted.entries),
      /was extracted for clip\.videoTrack=2 clip\.audioTrack=1, but the configuration has clip\.videoTrack=0 clip\.audioTrack=0: extract it again with no --video-track no --audio-track, or set/,
    );
  });

  it('are told of by an extraction, once a kind and by the options that choose', async () => {
    const dataset = await openDataset(root);
    const toldBy = async (name: string, tracks: Partial<StoredForm>): Promise<string[]> => {
      const told: string[] = [];
      const form = { shortSide: 32, ...tracks };
      const onNote = (sentence: string) => void told.push(sentence);
      await extractDataset({ dataset, out: file(name), form, workers: 1, onNote });
      return told;
    };
    const which = (kind: string, track: number): string =>
      `${join(root, '1.mkv')} has 2 ${kind} tracks, of which track ${track} is used: --${kind}-track chooses another, and "xkd data check" names all such files.`;
    assert.deepEqual(await toldBy('told', {}), [which('video', 1), which('audio', 2)]);
    assert.deepEqual(await toldBy('half', { videoTrack: 2 }), [which('audio', 2)]);
    assert.deepEqual(await toldBy('chosen', { videoTrack: 2, audioTrack: 1 }), []);
  });

  it('are counted by the check, with the track that is used', async () => {
    const told = async (tracks: { video?: number; audio?: number }): Promise<unknown[]> => {
      const survey = await surveyDataset(root, { open: { decode: false, log: file('log.jsonl'), tracks } });
      return survey!.notices
        .filter(({ kind }) => /Tracks$/.test(kind))
        .map(({ kind, files }) => [kind, files[0].detail, files.length]);
    };
    assert.deepEqual(await told({}), [
      ['videoTracks', 'track 1 of 2', 2],
      ['audioTracks', 'track 2 of 2', 2],
    ]);
    assert.deepEqual(await told({ video: 2, audio: 1 }), [
      ['videoTracks', 'track 2 of 2', 2],
      ['audioTracks', 'track 1 of 2', 2],
    ]);
    ordinaryClip(join(root, '3.mp4'), 5);
    const survey = await surveyDataset(root, { open: { decode: false, log: null, tracks: { audio: 2 } } });
    assert.deepEqual(survey!.opened!.broken, [
      { path: '3.mp4', reason: 'has 1 audio track, so there is no track 2' },
    ]);
    rmSync(join(root, '3.mp4'));
  });

  it('are warned of in the run folder, once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'xkd-tracks-'));
    try {
      const made = source(runConfig, 0);
      const notes = ['a.mkv has 2 audio tracks.'];
      const reported: string[] = [];
      const run = await open(folder, {
        openSource: async () => ({ ...made, notes }),
        report: (sentence) => reported.push(sentence),
      });
      await finish(run, 3);
      assert.deepEqual(
        readRunStatus(folder).warnings.map(({ sentence }) => sentence),
        notes,
      );
      assert.deepEqual(reported, notes);
      run.state.dispose();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
