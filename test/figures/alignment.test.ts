import assert from 'node:assert/strict';
import {
  attentionAtEvents,
  attentionOverTime,
  attentionOverTimeFigure,
  configure,
  distributionsFigure,
  kernelMixtureFigure,
  mmd,
  mmdGammas,
  networkOutputs,
  placesIn,
  planeOf,
  pointsByClass,
  pointsOverStepsFigure,
  RandomStream,
  recordSnapshots,
  teacherAttention,
  teacherDistance,
  tf,
  TrainState,
  type ObservedRun,
  type SingleClip,
} from 'xkd/internal';
import { unpacked, type PackedNumbers } from 'xkd/dist/figures/packed';
import type { BarTrace } from 'xkd/dist/figures/plotly';

const config = configure('nano');
const random = RandomStream.fromSeed(4);
const numbers = (...shape: number[]) => ({
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal()),
  shape,
});
const clips = { video: numbers(3, 3, 8, 32, 32), audio: numbers(3, 1, 32, 32) };

describe('kernels of the mixture', () => {
  it('add up to the discrepancy, each by itself', () => {
    tf.tidy(() => {
      const [x, y] = [
        tf.randomNormal([6, 2], 0, 1, 'float32', 1),
        tf.randomNormal([5, 2], 1, 1, 'float32', 2),
      ];
      const value = (gammas?: number[]) => mmd(x as tf.Tensor2D, y as tf.Tensor2D, gammas).dataSync()[0];
      const sum = mmdGammas.reduce((total, gamma) => total + value([gamma]), 0);
      assert.ok(Math.abs(sum - value()) < 1e-5, `${sum} ${value()}`);
      assert.ok(value([1e-3]) < value([0.1]), 'a wide kernel hardly sees a distance of 1');
    });
  });

  it('are drawn beside their clouds, which the slider moves', () => {
    const pairs = [0, 3].map((distance) => ({
      label: String(distance),
      x: [0, 0, 1, 1],
      y: [distance, 0, 1 + distance, 1],
      parts: [0.25 * distance, 0.5],
    }));
    const { data, layout } = kernelMixtureFigure({ pairs, gammas: [0.1, 1], name: 'distance', active: 1 });
    assert.deepEqual((data[2] as BarTrace).y, [0.75, 0.5]);
    assert.equal(layout.title!.text, 'MMD 1.250');
    const [{ steps, active }] = layout.sliders!;
    assert.deepEqual([steps.map(({ label }) => label), active], [['0', '3'], 1]);
    const { x } = steps[1].args[0] as { x: [PackedNumbers, PackedNumbers] };
    assert.deepEqual(Array.from(unpacked(x[1])), [3, 4]);
    const [low, high] = layout.xaxis!.range!;
    assert.ok(low < 0 && high > 4 && high < 5, `${low} to ${high}`);
  });
});

describe('outputs of all towers', () => {
  const state = TrainState.create(config);
  after(() => state.dispose());

  it('have a row for each clip, and distributions that sum to 1', () => {
    const tensors = tf.memory().numTensors;
    const { features, students, teachers, distributions } = networkOutputs(state, clips);
    assert.equal(tf.memory().numTensors, tensors);
    assert.deepEqual([features.video.rows, features.video.columns], [3, 64]);
    assert.deepEqual([students.audio.rows, students.audio.columns], [3, 128]);
    for (let row = 0; row < 3; row++) {
      const p = distributions.audio.data.subarray(row * 128, (row + 1) * 128);
      assert.ok(Math.abs(p.reduce((a, b) => a + b) - 1) < 1e-5);
    }
    assert.notDeepEqual(teachers.video.data, students.video.data, 'refinement makes a difference');
  });

  it('are those of equal towers where nothing is refined', () => {
    const plain = TrainState.create(configure('nano', { refinement: 'none', teacherView: 'firstLocal' }));
    const { students, teachers } = networkOutputs(plain, clips);
    plain.dispose();
    students.video.data.forEach((value, i) => assert.ok(Math.abs(value - teachers.video.data[i]) < 1e-4));
  });
});

describe('snapshots of a training', () => {
  /** A run whose "training" doubles one weight of the video student. */
  function run(steps: number) {
    const observers = new Set<() => void>();
    const state = TrainState.create(config);
    const name = 'vid_student.backbone.encoder.blocks.0.attn.qkv.weight';
    const observed = {
      state,
      length: { steps, stepsPerEpoch: steps },
      observe: (observer: () => void) => {
        observers.add(observer);
        return () => observers.delete(observer);
      },
    };
    const step = () => {
      state.commit({ weights: new Map([[name, tf.mul(state.tensors.weights.get(name)!, 2)]]) });
      state.step++;
      observers.forEach((observer) => observer());
    };
    return { run: observed as unknown as ObservedRun, step, observers, state };
  }

  it('are taken at even steps, the last after the last, and none twice', () => {
    const { run: observed, step, observers, state } = run(6);
    const snapshots = recordSnapshots(observed, clips, { count: 4 });
    for (let i = 0; i < 6; i++) {
      step();
      observers.forEach((observer) => observer());
    }
    assert.deepEqual(
      snapshots.map(({ step: taken }) => taken),
      [0, 2, 4, 6],
    );
    assert.equal(observers.size, 0, 'nobody listens when all are taken');
    state.dispose();
  });

  it('tell how far students went from teachers that stand still', () => {
    const { run: observed, step, state } = run(2);
    const snapshots = recordSnapshots(observed, clips, { count: 3 });
    step();
    step();
    const [start, middle, end] = snapshots.map(({ teacherDistance: { video } }) => video);
    assert.equal(start, 0);
    assert.ok(middle > 0 && end > middle, `${middle} ${end}`);
    assert.equal(snapshots[2].teacherDistance.audio, 0);
    assert.equal(teacherDistance(state.config, state.tensors.weights, 'video'), end);
    assert.notDeepEqual(snapshots[0].outputs.students.video.data, snapshots[2].outputs.students.video.data);
    state.dispose();
  });

  it('show points on the way, in a plane that stands still', () => {
    const first = {
      data: Float32Array.from([1, 0, 0, -1, 0, 0, 0, 0.5, 0, 0, -0.5, 0]),
      rows: 4,
      columns: 3,
    };
    const plane = planeOf(first);
    const moved = { ...first, data: first.data.map((value) => value + 3) };
    const places = [placesIn(plane, first), placesIn(plane, moved)];
    places[0].forEach((value, i) => assert.ok(Math.abs(Math.abs(places[1][i] - value) - 3) < 1e-5));
    const groups = [{ name: 'video', colour: '#000', places }];
    const panels = [{ title: 'students', groups }];
    const figure = pointsOverStepsFigure({
      steps: [0, 100],
      panels,
      title: 'Clouds',
      notes: ['near', 'far'],
    });
    assert.equal(figure.layout.title!.text, 'Clouds: far');
    const [{ steps, active }] = figure.layout.sliders!;
    assert.equal(active, 1);
    const { x } = steps[0].args[0] as { x: [PackedNumbers] };
    const [low, high] = figure.layout.xaxis!.range!;
    unpacked(x[0]).forEach((value, i) => {
      assert.ok(Math.abs(value - places[0][2 * i]) < 1e-6);
      assert.ok(value > low && value < high);
    });
    assert.equal(steps[0].args[1]['title.text'], 'Clouds: near');
  });
});

describe('points by class', () => {
  it('keep their places at each step, and their colour for the name', () => {
    const groups = pointsByClass([[1, 2, 3, 4, 5, 6], [10, 20, 30, 40, 50, 60]], ['b', 'a', 'b']); // prettier-ignore
    assert.deepEqual(
      groups.map(({ name, places }) => [name, places]),
      [['a', [[3, 4], [30, 40]]], ['b', [[1, 2, 5, 6], [10, 20, 50, 60]]]], // prettier-ignore
    );
    assert.notEqual(groups[0].colour, groups[1].colour);
  });
});

describe('distributions as a picture', () => {
  it('have rows sorted by class, the mean above them, and a button for each network', () => {
    const matrix = (...data: number[]) => ({ data: Float32Array.from(data), rows: 3, columns: 2 });
    const networks = [
      { name: 'healthy', distributions: matrix(1, 0, 0, 1, 1, 0) },
      { name: 'collapsed', distributions: matrix(1, 0, 1, 0, 1, 0) },
    ];
    const { data, layout } = distributionsFigure({ networks, labels: ['b', 'c', 'a'] });
    const { z } = data[0] as { z: PackedNumbers };
    assert.deepEqual(Array.from(unpacked(z)), [100, 0, 100, 0, 0, 100]);
    assert.deepEqual([z.dtype, z.shape], ['u1', '3, 2']);
    assert.deepEqual((data[1] as BarTrace).y, [66.7, 33.3]);
    assert.deepEqual(layout.yaxis!.ticktext, ['a', 'b', 'c']);
    const [{ buttons }] = layout.updatemenus!;
    const { y } = buttons[1].args[0] as { y: [unknown, number[]] };
    assert.deepEqual(y[1], [100, 0]);
  });
});

describe('attention over time', () => {
  /** Weights that are 3 in the patches of one time step and 1 elsewhere. */
  const weights = {
    video: Float32Array.from({ length: 64 }, (_, i) => (Math.floor(i / 16) === 2 ? 3 : 1)), // from .5 to .75 s
    audio: Float32Array.from({ length: 32 }, (_, i) => (i % 8 === 5 ? 3 : 1)), // from .625 to .75 s
  };

  it('is that of the stretches which patches span', () => {
    const video = attentionOverTime(config, 'video', weights.video);
    assert.deepEqual(
      Array.from(video),
      [1, 1, 3, 1].map((value) => Math.fround(value / 1.5)),
    );
    const audio = attentionOverTime(config, 'audio', weights.audio);
    assert.equal(audio.indexOf(Math.max(...audio)), 5);
  });

  it('at events is set over its mean', () => {
    const at = (...events: number[]) => attentionAtEvents({ config, weights, startSeconds: 2, events });
    assert.ok(Math.abs(at(2.7).video - 2) < 1e-6);
    assert.ok(Math.abs(at(2.7).audio - 3 / 1.25) < 1e-6);
    assert.ok(Math.abs(at(2.7, 2.1).video - (2 + 1 / 1.5) / 2) < 1e-6);
    assert.ok(
      Math.abs(at(2.7, 2.71, 9).video - 2) < 1e-6,
      'a stretch counts once, and none outside the clip',
    );
    assert.ok(Number.isNaN(at(9).audio));
  });

  it('is drawn for each frame with the window in whose middle it lies', () => {
    const network = TrainState.create(config);
    const window = (startSeconds: number): SingleClip => ({
      entry: { path: 'clip.mp4', label: null, split: null },
      video: numbers(1, 3, 8, 32, 32),
      audio: numbers(1, 1, 32, 32),
      startSeconds,
    });
    const windows = [0, 0.125, 0.25].map(window);
    const wholeConfig = configure('nano', { 'clip.seconds': 1.25, 'spectrogram.columns': 40 });
    const whole = { clip: { ...window(0), audio: numbers(1, 1, 32, 40) }, config: wholeConfig };
    const attention = windows.map(({ video, audio }) => teacherAttention(network, video, audio));
    network.dispose();
    const { data, layout } = attentionOverTimeFigure({
      config,
      windows,
      whole,
      networks: ['untrained', 'trained'].map((name) => ({ name, attention })),
      events: [0.6],
    });
    assert.equal(data.length, 2 + 2 * 4);
    const [{ steps }] = layout.sliders!;
    assert.equal(steps.length, 10);
    const { z, x0 } = steps[6].args[0] as { z: PackedNumbers[]; x0: number[] };
    assert.ok(Math.abs(x0[1] - (0.25 + 0.0625)) < 1e-9, 'window 2, whose frame 4 is frame 6 of the file');
    const { video } = attention[2].before;
    const mean = video.reduce((a, b) => a + b) / 64;
    unpacked(z[0]).forEach((value, i) => assert.ok(Math.abs(value - video[32 + i] / mean) < 1e-5));
    const { visible } = layout.updatemenus![0].buttons[1].args[0] as { visible: boolean[] };
    assert.deepEqual(visible, [false, false, false, false, true, true, true, true]);
  });
});
