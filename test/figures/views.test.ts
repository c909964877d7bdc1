import assert from 'node:assert/strict';
import { decode } from 'jpeg-js';
import {
  applyVideo,
  centreVideo,
  clipFrames,
  configure,
  encodePicture,
  headLooks,
  maskRatioFigure,
  normalisePatches,
  patchify,
  principalPlane,
  RandomStream,
  reconstructionLoss,
  reconstructView,
  sightAndSoundFigure,
  teacherAttention,
  tf,
  TrainState,
  viewPictures,
} from 'xkd/internal';
import { unpacked, type PackedNumbers } from 'xkd/dist/figures/packed';
import { pngPixels } from './pngPixels';

const config = configure('nano');
const random = RandomStream.fromSeed(1);
const numbers = (...shape: number[]) => ({
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal()),
  shape,
});

describe('pictures of views', () => {
  it('come back from normalised values as they were', () => {
    const side = config.clip.frameSize;
    const frames = Uint8Array.from({ length: clipFrames(config) * side * side * 3 }, (_, i) => (i * 7) % 256);
    const view = applyVideo({ frames, height: side, width: side }, centreVideo(config, side, side));
    const pictures = viewPictures(view, side);
    assert.equal(pictures.length, 8);
    pictures.forEach(({ data }, t) => {
      const original = frames.subarray(t * data.length, (t + 1) * data.length);
      data.forEach((value, i) => assert.ok(Math.abs(value - original[i]) <= 1));
    });
  });

  it('are encoded as PNG where few colours do, enlarged without blur', () => {
    const data = Uint8Array.from([250, 10, 10, 10, 10, 250]);
    const { source, width, height } = encodePicture({ data, width: 2, height: 1 }, { enlarge: 8 });
    assert.deepEqual([width, height], [16, 8]);
    assert.match(source, /^data:image\/png;base64,/);
    const image = pngPixels(source.split(',')[1]);
    assert.deepEqual([image.width, image.height], [16, 8]);
    const [left, right] = [data.subarray(0, 3), data.subarray(3)].map((colour) => [...colour]);
    assert.deepEqual(
      [0, 7, 8, 15].map((x) => image.at(x, 4)),
      [left, left, right, right],
    );
  });

  it('are encoded as JPEG where PNG would be larger', () => {
    const data = Uint8Array.from({ length: 3 * 64 * 64 }, () => Math.round(255 * random.uniform()));
    const { source } = encodePicture({ data, width: 64, height: 64 }, { quality: 5 });
    assert.match(source, /^data:image\/jpeg;base64,/);
    const image = decode(Buffer.from(source.split(',')[1], 'base64'));
    assert.deepEqual([image.width, image.height], [64, 64]);
  });
});

describe('views of a network', () => {
  const network = TrainState.create(config);
  after(() => network.dispose());

  it('fill the gaps of a clip and leave the rest as it is', () => {
    const tensors = tf.memory().numTensors;
    const view = numbers(1, 3, 8, 32, 32);
    const { removed, original, drawn, loss } = reconstructView({ network, modality: 'video', view });
    assert.equal(tf.memory().numTensors, tensors);
    assert.equal(
      removed.reduce((a, b) => a + b),
      64 - 10,
    );
    tf.tidy(() => {
      const cut = (values: Float32Array) => patchify(config, 'video', tf.tensor(values, [1, 3, 8, 32, 32]));
      const [before, after] = [cut(original), cut(drawn)];
      const change = tf.sum(tf.abs(tf.sub(before, after)), -1).dataSync();
      change.forEach((value, token) => assert.equal(value > 1e-3, removed[token] === 1, `token ${token}`));
      const rows = tf.tensor1d(
        Array.from(removed.keys()).filter((token) => removed[token] === 1),
        'int32',
      );
      const [truth, guess] = [before, after].map((tokens) => tf.gather(tokens, rows, 1));
      const { mean, variance } = tf.moments(truth, -1, true);
      const deviation = tf.sqrt(tf.add(tf.mul(variance, truth.shape[2]! / (truth.shape[2]! - 1)), 1e-6));
      const predicted = tf.div(tf.sub(guess, mean), deviation);
      assert.ok(Math.abs(reconstructionLoss(predicted, truth).dataSync()[0] - loss) < 1e-3);
      assert.ok(Math.abs(tf.mean(normalisePatches(truth)).dataSync()[0]) < 1e-4);
    });
  });

  it('hide more at a higher ratio', () => {
    const view = numbers(1, 1, 32, 32);
    const hidden = (maskRatio: number) =>
      reconstructView({ network, modality: 'audio', view, maskRatio }).removed.reduce((a, b) => a + b);
    assert.deepEqual([hidden(0.25), hidden(0.75)], [8, 24]);
  });

  it('hide what the kind of mask hides', () => {
    const view = numbers(1, 3, 8, 32, 32);
    const tubes = { config: configure('nano', { 'mask.video.kind': 'tube' }), scope: network.scope };
    const { removed } = reconstructView({ network: tubes, modality: 'video', view });
    removed.forEach((each, token) => assert.equal(each, removed[token % 16]));
    assert.equal(
      removed.reduce((a, b) => a + b),
      64 - 8,
    );
  });

  it('tell where the teachers look, as shares of one', () => {
    const { before, after } = teacherAttention(network, numbers(1, 3, 8, 32, 32), numbers(1, 1, 32, 32));
    const sum = before.video.reduce((a, b) => a + b);
    assert.equal(before.video.length, 64);
    assert.equal(after.audio.length, 32);
    assert.ok(sum > 0.5 && sum < 1, `the class token itself has the rest of ${sum}`);
  });
});

describe('looks of single heads', () => {
  const network = TrainState.create(configure('nano-mats'));
  after(() => network.dispose());
  const [video, audio] = [numbers(1, 3, 8, 32, 32), numbers(1, 1, 32, 32)];

  it('have the mean over heads first, which is what the teachers attend to', () => {
    const tensors = tf.memory().numTensors;
    const looks = headLooks({ network, role: 'teacher', video, audio });
    assert.equal(tf.memory().numTensors, tensors);
    assert.deepEqual(
      looks.map(({ name }) => name),
      ['mean', 'head 1', 'head 2', 'head 3', 'head 4'],
    );
    const { before } = teacherAttention(network, video, audio);
    looks[0].values.audio.forEach((weight, i) => assert.ok(Math.abs(weight - before.audio[i]) < 1e-6));
    assert.notDeepEqual(looks[1].values.video, looks[2].values.video);
  });

  it('are drawn over frames and sound on one time axis, one button for each', () => {
    const looks = headLooks({ network, role: 'teacher', video, audio });
    const events = [0.6, 1.25, 2];
    const args = { config: network.config, video, audio, looks, startSeconds: 1, events };
    const { data, layout } = sightAndSoundFigure(args);
    assert.deepEqual([layout.images!.length, layout.images![7].x.toFixed(2)], [8, '1.88']);
    assert.deepEqual(layout.shapes!.map(({ x0 }) => x0), [1.25]); // prettier-ignore
    const overlay = data[1] as { x0: number; dx: number; dy: number; z: { shape: string } };
    assert.deepEqual([overlay.z.shape, overlay.dy], ['4, 8', 8]);
    assert.ok(Math.abs(overlay.x0 + 7.5 * overlay.dx - (1 + (31.5 * 500) / 16000)) < 1e-9);
    const [{ buttons }] = layout.updatemenus!;
    assert.equal(buttons.length, 5);
    const { z } = buttons[3].args[0] as { z: [PackedNumbers] };
    const { audio: weights } = looks[3].values;
    const mean = weights.reduce((a, b) => a + b, 0) / 32;
    assert.ok(Math.abs(unpacked(z[0])[5] - weights[5] / mean) < 1e-5);
  });
});

describe('principal plane', () => {
  it('finds the two directions in which points vary most', () => {
    const rows = 200;
    const data = new Float32Array(rows * 3);
    for (let i = 0; i < rows; i++) {
      const [long, middle] = [random.normal(0, 10), random.normal(0, 3)];
      data.set([random.normal(5, 0.1), (long + middle) / Math.SQRT2, (long - middle) / Math.SQRT2], 3 * i);
    }
    const plane = principalPlane({ data, rows, columns: 3 });
    const spread = (axis: number) => {
      const values = Array.from({ length: rows }, (_, i) => plane[2 * i + axis]);
      return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / rows);
    };
    assert.ok(Math.abs(spread(0) - 10) < 1.5 && Math.abs(spread(1) - 3) < 0.6, `${spread(0)} ${spread(1)}`);
  });
});

describe('figure of mask ratios', () => {
  it('puts in what was seen and drawn at the place of the slider, and keeps the original', () => {
    const network = TrainState.create(config);
    const ratios = [0.25, 0.75];
    const view = numbers(1, 3, 8, 32, 32);
    const views = ratios.map((maskRatio) => reconstructView({ network, modality: 'video', view, maskRatio }));
    const { layout } = maskRatioFigure({ config, views, ratios, every: 4 });
    const images = layout.images!.map(({ source }) => source);
    assert.equal(images.length, 6);
    const [slider] = layout.sliders!;
    assert.equal(slider.active, 1);
    const changes = slider.steps.map(({ label, args: [, change] }) => ({ label, change }));
    assert.deepEqual(
      changes.map(({ label }) => label),
      ['0.25', '0.75'],
    );
    for (const [place, { change }] of changes.entries()) {
      const { 'title.text': title, ...sources } = change;
      const percent = Math.round(100 * ratios[place]);
      assert.equal(title, `${percent} % hidden: loss ${views[place].loss.toFixed(2)}`);
      const keys = [2, 3, 4, 5].map((i) => `images[${i}].source`);
      assert.deepEqual(Object.keys(sources), keys);
      const unlike = keys.filter((key, i) => sources[key] !== images[2 + i]).length;
      assert.equal(unlike, place === 1 ? 0 : 4);
    }
    network.dispose();
  });
});
