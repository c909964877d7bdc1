import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { configure, extractDataset, openDataset, openLoader, surveyDataset } from 'xkd/internal';
import { countingPictures, ffmpeg, ordinaryClip, temporaryFolder } from '../media/fixtures';

describe('a sound file beside its video', function () {
  this.timeout(120_000);
  const file = temporaryFolder();
  const cut = (name: string, path: string): void => {
    const whole = readFileSync(file(name));
    writeFileSync(path, whole.subarray(0, whole.length / 5));
  };

  before(() => {
    mkdirSync(file('set'));
    ffmpeg('-f', 'lavfi', '-i', 'sine=d=20', '-c:a', 'libmp3lame', '-q:a', '4', file('whole.mp3'));
    ffmpeg(...countingPictures(20), '-c:v', 'ffv1', file('whole.mkv'));
    for (const name of ['sound', 'both', 'good']) {
      ordinaryClip(file(`set/${name}.mp4`), 5);
      ffmpeg('-f', 'lavfi', '-i', 'sine=d=5', '-c:a', 'libmp3lame', file(`set/${name}.mp3`));
    }
    cut('whole.mp3', file('set/sound.mp3'));
    cut('whole.mp3', file('set/both.mp3'));
    writeFileSync(file('set/both.mp4'), '');
  });

  it('is blamed by its own name, the same in every command', async () => {
    const dataset = await openDataset(file('set'));
    const lengths = 'is truncated: it holds 3.8 s of the 20.0 s it announces';
    const reasons = [
      [file('set/both.mp4'), 'is empty (0 bytes)'],
      [file('set/sound.mp4'), `goes with the sound sound.mp3, which ${lengths}`],
    ];
    const form = { shortSide: 32 };
    const { failed } = await extractDataset({ dataset, out: file('out'), form, workers: 1 });
    assert.deepEqual(failed.map(({ path, reason }) => [file(`set/${path}`), reason]).sort(), reasons);
    const overrides = { 'training.batch': 3, 'loader.workers': 1, 'loader.maxBadShare': 0.7 };
    const loader = await openLoader({ entries: dataset.entries, config: configure('nano', overrides) });
    try {
      const { skipped = [] } = await loader.next();
      const told = skipped.map(({ clip, reason }) => [dataset.entries[clip].path, reason]);
      assert.deepEqual(told.sort(), reasons);
    } finally {
      await loader.close();
    }
    const survey = await surveyDataset(file('set'), { open: { decode: false, log: null } });
    assert.deepEqual(survey!.opened!.broken, [
      { path: 'both.mp3', reason: lengths },
      { path: 'both.mp4', reason: 'is empty (0 bytes)' },
      { path: 'sound.mp3', reason: lengths },
    ]);
  });
});
