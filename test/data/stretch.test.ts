import assert from 'node:assert/strict';
import {
  configure,
  evaluationBatches,
  openDataset,
  type BadFile,
  type EvaluationBatch,
  type MediaEntry,
  type Modality,
} from 'xkd/internal';
import { ffmpeg, ordinaryClip, temporaryFolder } from '../media/fixtures';
import { plant } from './datasets/trees';

describe('stretches of files', function () {
  this.timeout(60_000);
  const file = temporaryFolder();
  before(() => {
    ordinaryClip(file('long.mp4'), 12);
    // One second of silence, then a tone.
    ffmpeg('-f', 'lavfi', '-i', "aevalsrc='if(gte(t,1),sin(2*PI*1000*t),0)':d=3:s=22050", file('late.wav'));
  });

  for (const [way, cacheMegabytes] of [
    ['kept in memory', 512],
    ['read piece by piece', 0],
  ] as const) {
    it(`gives clips from within the stretch alone, ${way}`, async () => {
      const entry = { path: file('long.mp4'), label: 'a', split: null };
      const part = { ...entry, startSeconds: 4, endSeconds: 9 };
      const batch = await read([part], 3, cacheMegabytes);
      assert.deepEqual(batch.startSeconds, [4, 6, 8]);
      const whole = await read([entry], 12, cacheMegabytes);
      assert.deepEqual(whole.startSeconds, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
      const clip = 3 * 8 * 32 * 32;
      [4, 6, 8].forEach((second, i) => {
        const expected = whole.video!.data.slice(second * clip, (second + 1) * clip);
        assert.deepEqual(batch.video!.data.slice(i * clip, (i + 1) * clip), expected);
      });
    });
  }

  it('repeats frames and adds silence where the stretch is shorter than a clip', async () => {
    const part = { path: file('long.mp4'), label: 'a', split: null, startSeconds: 2, endSeconds: 2.5 };
    const { video, startSeconds } = await read([part], 1, 0);
    assert.deepEqual(startSeconds, [2]);
    const frame = (t: number) => video!.data.slice(t * 32 * 32, (t + 1) * 32 * 32);
    assert.deepEqual(frame(4), frame(0));
    assert.notDeepEqual(frame(3), frame(0));
  });

  it('says so where the file ends before the stretch begins', async () => {
    const bad: BadFile[] = [];
    const part = { path: file('late.wav'), label: 'a', split: null, startSeconds: 30, endSeconds: 40 };
    const good = { path: file('late.wav'), label: 'a', split: null };
    await read([good, part], 1, 0, ['audio'], (file) => bad.push(file)).catch(() => undefined);
    assert.match(bad[0].reason, /^lasts 3 s, so there is nothing of it at 30 s$/);
  });

  it('reads data sets of sound alone', async () => {
    plant(file('.'), { 'index.csv': 'path,label,start,end\nlate.wav,silent,0,1\nlate.wav,tone,1.5,3\n' });
    const { entries, modalities } = await openDataset(file('.'));
    assert.deepEqual(modalities, ['audio']);
    const { audio, entries: used } = await read(entries, 1, 512, modalities);
    assert.deepEqual(
      used.map(({ label }) => label),
      ['silent', 'tone'],
    );
    const loudest = [0, 1].map((i) => Math.max(...audio!.data.slice(i * 1024 + 256, i * 1024 + 768)));
    assert.ok(loudest[1] > loudest[0] + 1, `${loudest.join()}: the tone is louder than the silence`);
  });
});

async function read(
  entries: readonly MediaEntry[],
  clips: number,
  cacheMegabytes: number,
  modalities: readonly Modality[] = ['video', 'audio'],
  onSkip?: (bad: BadFile) => void,
): Promise<EvaluationBatch> {
  const config = configure('nano', { 'loader.cacheMegabytes': cacheMegabytes, 'loader.maxBadShare': 1 });
  const plan = { kind: 'spread', clips, crops: 1 } as const;
  for await (const batch of evaluationBatches(entries, config, { batch: 16, modalities, plan, onSkip }))
    return batch;
  throw new Error('There was no batch.');
}
