import assert from 'node:assert/strict';
import { type ScaleModel, efficiency, stepSeconds } from '@local/bench/dist/scale/simulate';
import { scaleTable } from '@local/bench/dist/scale/table';

/** A gradient of 4 buckets, each of which takes .1 s to send at 1e7 bytes/s. */
const model: ScaleModel = {
  computeSeconds: 1,
  backwardShare: 0.5,
  updateSeconds: 0.1,
  gradientBytes: 4e6,
  bytesPerSecond: 1e7,
  bucketBytes: 1e6,
  latencySeconds: 0,
};

describe('the model of a step on several processes', () => {
  it('hides all but the last bucket behind the backward pass', () => {
    // Two processes send 2 / 2 of 4e6 bytes: .4 s, of which .3 s are hidden.
    assert.ok(Math.abs(stepSeconds(model, 2) - 1.2) < 1e-9);
    assert.ok(Math.abs(efficiency(model, 2) - 1.1 / 1.2) < 1e-9);
  });

  it('waits where the network is slower than the backward pass', () => {
    // 4 s of sending, .5 s of which are hidden.
    assert.ok(Math.abs(stepSeconds({ ...model, bytesPerSecond: 1e6 }, 2) - 4.6) < 1e-9);
  });

  it('is the step alone for one process', () => assert.equal(stepSeconds(model, 1), 1.1));
});

describe('the table of runs on several processes', () => {
  it('has a line for each number of processes', () => {
    const row = { preset: 'nano', batch: 48, ofOneLeast: 1.2, ofOneMost: 1.6, waiting: 0.1 };
    const lines = scaleTable([
      { ...row, processes: 1, clipsPerSecond: 100, ofOne: 1 },
      { ...row, processes: 2, clipsPerSecond: 150, ofOne: 1.5 },
    ]);
    assert.equal(lines[1], 'nano, batch 48, 1 process: 100.0');
    assert.equal(
      lines[2],
      'nano, batch 48, 2 processes: 150.0; 1.50 of one (1.20 to 1.60); 10 % spent waiting for others',
    );
    assert.deepEqual(scaleTable([]), []);
  });
});
