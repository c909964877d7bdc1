import assert from 'node:assert/strict';
import { configure, extractDataset, openDataset } from 'xkd';
import type { DataReport } from '@local/bench/dist/data/run';
import { dataTables } from '@local/bench/dist/data/tables';
import { measureThroughput } from '@local/bench/dist/data/throughput';
import { measureWindows } from '@local/bench/dist/data/windows';
import { ordinaryClip, temporaryFolder } from '../media/fixtures';

describe('the data benchmark', function () {
  this.timeout(300_000);
  const file = temporaryFolder();

  it('reads the same windows from originals and from what was extracted of them, and counts clips', async () => {
    ordinaryClip(file('a.mp4'), 3);
    const originals = await openDataset(file('.'));
    await extractDataset({ dataset: originals, out: file('raw'), form: { shortSide: 32 } });
    const raw = await openDataset(file('raw'));
    const { rows } = await measureWindows({
      config: configure('nano'),
      datasets: { originals, raw },
      durations: [3],
      pyav: null,
      windows: 3,
      rounds: 1,
      onProgress: () => undefined,
    });
    assert.deepEqual(
      rows.map(({ source }) => source),
      ['originals', 'raw'],
    );
    // A decoder process compared with a read: no busy machine can reverse this difference.
    assert.ok(rows[1].secondsPerClip < rows[0].secondsPerClip / 2, JSON.stringify(rows));
    assert.equal(rows[0].ofOriginals, 1);
    const row = await measureThroughput({
      preset: 'nano',
      source: 'raw',
      dataset: raw,
      threads: 1,
      seconds: 0.1,
    });
    assert.ok(row.clipsPerSecond > 0 && row.clipsPerSecondPerThread === row.clipsPerSecond);
  });

  it('sets the loader beside the demand of a step', () => {
    const report: DataReport = {
      files: 2,
      secondsOfVideo: 20,
      pyav: '1.2',
      extraction: [
        { preset: 'base', form: 'raw', bytesPerHour: 2e9, originalBytesPerHour: 3e8, timesRealTime: 20 },
      ],
      windows: [
        { preset: 'base', source: 'pyav', secondsPerClip: 0.1, cpuSecondsPerClip: null, ofOriginals: 0.5 },
      ],
      throughput: [
        { preset: 'base', source: 'raw', threads: 2, clipsPerSecond: 20, clipsPerSecondPerThread: 10 },
      ],
      demand: [{ preset: 'base', batch: 2, stepSeconds: 4, clipsPerSecond: 0.5 }],
    };
    const text = dataTables(report).join('\n');
    assert.match(text, /base +PyAV 1\.2 +100\.0 +0\.500/);
    assert.match(text, /base +raw +2 +20\.00 +10\.00 +40\.00/);
    assert.match(text, /base +raw +2000 +300 +20\.0/);
  });
});
