import assert from 'node:assert/strict';
import { configure, cutSchedules, isDecayed, runLength, scheduleAt } from 'xkd';

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

  it('weights of more than one dimension are decayed, tokens and positions included', () => {
    assert.ok(isDecayed('vid_student.backbone.cls_token', 3));
    assert.ok(isDecayed('vid_student.head.mlp.0.weight', 2));
    assert.ok(!isDecayed('vid_student.backbone.encoder_norm.weight', 1));
    assert.ok(!isDecayed('vid_student.head.mlp.0.bias', 1));
  });
});
