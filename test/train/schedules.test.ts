import assert from 'node:assert/strict';
import { configure, cosine, cutSchedules, runLength, scheduleAt, warmupCosine } from 'xkd/internal';
import { near } from '../support/near';

describe('schedules', () => {
  const base = configure('base');
  const length = { stepsPerEpoch: 10, steps: 8000 };

  it('the learning rate rises from 0 to its peak over 30 epochs and falls to 0 on a cosine', () => {
    const at = (step: number) => scheduleAt(base, step, length).learningRate;
    assert.equal(at(0), 0);
    assert.equal(at(299), 1e-4);
    assert.equal(at(300), 1e-4);
    assert.ok(Math.abs(at(300 + 7700 / 2) - 0.5e-4) < 1e-12);
    assert.ok(at(7999) > 0 && at(7999) < 1e-10);
  });

  it("the teachers' momentum goes from .997 to 1", () => {
    const at = (step: number) => scheduleAt(base, step, length).emaMomentum;
    assert.equal(at(0), 0.997);
    assert.ok(Math.abs(at(4000) - 0.9985) < 1e-12);
    assert.ok(at(7999) < 1 && at(7999) > 0.9999999);
  });

  it('temperatures warm up per epoch where start and end differ', () => {
    const warm = configure('base', {
      'temperature.videoTeacher.start': 0.09,
      'temperature.videoTeacher.end': 0.11,
    });
    const at = (epoch: number) => scheduleAt(warm, epoch * 10 + 3, length).temperatures;
    assert.equal(at(0).videoTeacher, 0.09);
    assert.ok(Math.abs(at(29).videoTeacher - 0.11) < 1e-12);
    assert.equal(at(500).videoTeacher, 0.11);
    assert.equal(at(7).audioTeacher, 0.07);
    assert.equal(at(7).student, 0.1);
  });

  it('too long for a run are told of in a sentence each', () => {
    const length = { stepsPerEpoch: 10, steps: 45 };
    assert.deepEqual(cutSchedules(configure('nano'), length), []);
    const long = configure('nano', {
      'optimiser.warmupEpochs': 5,
      'optimiser.freezeLastLayerEpochs': 4.5,
      'temperature.warmupEpochs': 30,
    });
    const notes = cutSchedules(long, length);
    assert.equal(notes.length, 2, 'temperatures that stay the same have no warm-up');
    assert.match(
      notes[0],
      /^optimiser\.warmupEpochs is 5 and the run has 4\.5 epochs, so the learning rate rises/,
    );
    assert.match(notes[1], /last layer never moves/);
    const ramp = configure('base-mas');
    assert.match(cutSchedules(ramp, length).join(), /temperature\.warmupEpochs is 30/);
  });

  it('a run is as long as its epochs, or as long as it is told to be', () => {
    assert.deepEqual(runLength(configure('nano'), 1600), { stepsPerEpoch: 33, steps: 792 });
    assert.equal(runLength(configure('nano', { 'training.steps': 7 }), 1600).steps, 7);
  });
});

describe('schedules worked by hand', () => {
  const { PI, cos } = Math;

  it('half a cosine has gone a quarter of its way at a third of the steps, and three quarters at two thirds', () => {
    // (1 + cos(pi / 3)) / 2 = 3/4 and (1 + cos(2 pi / 3)) / 2 = 1/4 of the way remain.
    near([0, 2, 3, 4, 6].map((step) => cosine(step, 6, 10, 2)), [10, 8, 6, 4, 2]); // prettier-ignore
  });

  it('the learning rate reaches its peak in the last step of the warm-up', () => {
    // 5 steps from 0 to 8, then half a cosine over the other 6; the last step is one before its end.
    const last = 4 * (1 + cos((5 * PI) / 6)); // 8 (1 - .866025) / 2
    near(last, 0.535898);
    near(
      Array.from({ length: 11 }, (_, step) => warmupCosine(step, 11, 5, 8)),
      [0, 2, 4, 6, 8, 8, 4 * (1 + cos(PI / 6)), 6, 4, 2, last],
    );
  });

  it('a warm-up of one step is a step at 0, and of none starts at the peak', () => {
    near([0, 1, 2].map((step) => warmupCosine(step, 3, 1, 8)), [0, 8, 4]); // prettier-ignore
    near([0, 1].map((step) => warmupCosine(step, 2, 0, 8)), [8, 4]); // prettier-ignore
  });

  it('a warm-up longer than the run rises to its end', () => {
    near([0, 1, 2].map((step) => warmupCosine(step, 3, 100, 8)), [0, 4, 8]); // prettier-ignore
  });

  it("the teachers' momentum", () => {
    // .997 + .003 x (0, 1/4, 1/2, 3/4) at 0, 2, 3 and 4 of 6 steps.
    const base = configure('base');
    const at = (step: number) => scheduleAt(base, step, { stepsPerEpoch: 2, steps: 6 }).emaMomentum;
    near([0, 2, 3, 4].map(at), [0.997, 0.99775, 0.9985, 0.99925], 1e-12);
  });

  it("the teachers' temperature rises epoch by epoch, not step by step", () => {
    const warm = configure('base', {
      'temperature.audioTeacher.start': 0.04,
      'temperature.audioTeacher.end': 0.06,
      'temperature.warmupEpochs': 5,
    });
    const at = (step: number) =>
      scheduleAt(warm, step, { stepsPerEpoch: 2, steps: 20 }).temperatures.audioTeacher;
    const expected = [0.04, 0.04, 0.045, 0.045, 0.05, 0.05, 0.055, 0.055, 0.06, 0.06, 0.06];
    near(expected.map((_, step) => at(step)), expected, 1e-12); // prettier-ignore
  });

  it('the last layer stands still for the epochs that it is told to', () => {
    const frozen = configure('base', { 'optimiser.freezeLastLayerEpochs': 2 });
    const at = (step: number) => scheduleAt(frozen, step, { stepsPerEpoch: 3, steps: 12 }).lastLayerFrozen;
    assert.deepEqual([0, 5, 6, 11].map(at), [true, true, false, false]);
  });
});
