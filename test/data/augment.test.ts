import assert from 'node:assert/strict';
import {
  applyAudio,
  applyVideo,
  configure,
  drawGlobalAudio,
  drawGlobalVideo,
  drawLocalAudio,
  drawLocalVideo,
  imageNetMean,
  imageNetStd,
  LogMel,
  RandomStream,
  type Frames,
  type VideoDraw,
} from 'xkd/internal';
import { drawFrameBox } from 'xkd/dist/data/augment/frameCrop';

const stream = RandomStream.fromSeed(5);
const config = configure('nano', { 'views.local': 1 });
const strong = configure('nano', {
  'videoAugmentation.saturation': 0.4,
  'videoAugmentation.hue': 0.2,
  'videoAugmentation.localGrey': 0.5,
  'videoAugmentation.localBlur': 1,
});
const plain: VideoDraw = {
  firstFrame: 0,
  frames: 8,
  side: 32,
  box: { top: 0, left: 0, height: 32, width: 32 },
  flip: false,
  jitter: null,
  grey: false,
  blurSigma: null,
};

describe('video augmentation', () => {
  const clip = noise(8, 32, 32);

  it('changes nothing at zero strength but the normalisation', () => {
    const none = { brightness: 1, contrast: 1, saturation: 1, hue: 0 };
    const jitter = { ...none, order: ['hue', 'contrast', 'saturation', 'brightness'] as const };
    for (const draw of [plain, { ...plain, jitter }]) {
      const pixels = denormalise(applyVideo(clip, draw), 8 * 32 * 32);
      const worst = pixels.reduce((most, value, i) => Math.max(most, Math.abs(value - valueAt(clip, i))), 0);
      assert.ok(worst < 1e-4, `differs by ${worst}`);
    }
  });

  it('does the same to every frame of a clip', () => {
    const still = { ...clip, frames: Uint8Array.from({ length: 8 * 3072 }, (_, i) => clip.frames[i % 3072]) };
    for (let i = 0; i < 20; i++) {
      const draws = [drawGlobalVideo, drawLocalVideo].map((draw) =>
        draw(stream.split('same', i), strong, 32, 32),
      );
      for (const draw of draws) {
        const view = applyVideo(still, draw);
        const plane = draw.side ** 2;
        for (let channel = 0; channel < 3; channel++) {
          const frame = (t: number): Float32Array =>
            view.subarray((channel * draw.frames + t) * plane, (channel * draw.frames + t + 1) * plane);
          for (let t = 1; t < draw.frames; t++) assert.deepEqual(frame(t), frame(0));
        }
      }
    }
  });

  it('is a function of what was drawn, which the stream determines', () => {
    const draw = (name: string): VideoDraw =>
      drawLocalVideo(RandomStream.fromSeed(1).split(name), strong, 40, 60);
    assert.deepEqual(draw('a'), draw('a'));
    assert.notDeepEqual(draw('a'), draw('b'));
    const wide = noise(8, 40, 60);
    assert.deepEqual(applyVideo(wide, draw('a')), applyVideo(wide, draw('a')));
  });

  it('mirrors left and right', () => {
    const view = applyVideo(clip, plain);
    const mirrored = applyVideo(clip, { ...plain, flip: true });
    const worst = view.reduce((most, value, i) => {
      const twin = mirrored[i - (i % 32) + 31 - (i % 32)];
      return Math.max(most, Math.abs(value - twin));
    }, 0);
    assert.ok(worst < 1e-6);
  });

  it('reduces with antialiasing: halving takes the triangle filter, fine stripes turn grey', () => {
    const stripes = {
      height: 32,
      width: 64,
      frames: Uint8Array.from({ length: 32 * 64 * 3 }, (_, i) => (Math.floor(i / 3) % 2 === 0 ? 0 : 255)),
    };
    const box = { top: 0, left: 0, height: 32, width: 64 };
    const pixels = denormalise(applyVideo(stripes, { ...plain, frames: 1, box }), 32 * 32);
    // Away from the edge: (1 + 3) / 8 of white, whatever the phase.
    assert.ok(Math.abs(pixels[5 * 32 + 10] - 0.5) < 1e-5);
  });

  it('applies brightness, contrast, saturation and hue as defined', () => {
    const [red, green, blue] = [200, 100, 50];
    const frames = Uint8Array.from({ length: 3072 }, (_, i) => [red, green, blue][i % 3]);
    const colour = { frames, height: 32, width: 32 };
    const none = {
      order: ['brightness', 'contrast', 'saturation', 'hue'],
      brightness: 1,
      contrast: 1,
      saturation: 1,
      hue: 0,
    } as const;
    const result = (change: object): number[] => {
      const view = applyVideo(colour, { ...plain, frames: 1, jitter: { ...none, ...change } });
      const pixels = denormalise(view, 1024);
      return [pixels[0], pixels[1024], pixels[2048]].map((value) => Math.round(value * 2550) / 10);
    };
    const grey = 0.299 * red + 0.587 * green + 0.114 * blue; // 124.2
    const blend = (factor: number): number[] =>
      [red, green, blue].map(
        (value) => Math.round(10 * Math.min(255, factor * value + (1 - factor) * grey)) / 10,
      );
    assert.deepEqual(result({ brightness: 0.5 }), [100, 50, 25]);
    assert.deepEqual(result({ brightness: 2 }), [255, 200, 100]);
    assert.deepEqual(result({ contrast: 0.5 }), blend(0.5));
    assert.deepEqual(result({ saturation: 1.2 }), blend(1.2));
    assert.deepEqual(result({ hue: 1 / 3 }), [50, 200, 100]);
    assert.deepEqual(result({ hue: -1 / 3 }), [100, 50, 200]);
  });

  it('keeps the mean under blur and lowers the variance', () => {
    const sharp = applyVideo(clip, plain);
    const blurred = applyVideo(clip, { ...plain, blurSigma: 1 });
    assert.ok(Math.abs(moments(sharp).mean - moments(blurred).mean) < 0.02);
    assert.ok(moments(blurred).variance < 0.6 * moments(sharp).variance);
  });

  it('draws crops of the asked area and aspect inside the frame, else the middle', () => {
    let [fewest, most] = [1, 0];
    for (let i = 0; i < 2000; i++) {
      const box = drawFrameBox(stream.split('box', i), 112, 149, [0.08, 0.4], [3 / 4, 4 / 3]);
      assert.ok(box.top >= 0 && box.left >= 0 && box.top + box.height <= 112 && box.left + box.width <= 149);
      const share = (box.height * box.width) / (112 * 149);
      [fewest, most] = [Math.min(fewest, share), Math.max(most, share)];
      assert.ok(box.width / box.height > 0.72 && box.width / box.height < 1.38);
    }
    assert.ok(fewest > 0.075 && fewest < 0.09 && most > 0.38 && most < 0.41);
    const fallback = drawFrameBox(stream, 10, 100, [1, 1], [1, 1]);
    assert.deepEqual(fallback, { top: 0, left: 45, height: 10, width: 10 });
  });
});

describe('audio augmentation', () => {
  const logMel = new LogMel(config.spectrogram, 16000);
  const waveform = Float32Array.from({ length: 16000 }, (_, n) => Math.sin(n * n * 1e-5));

  it('changes nothing at zero strength', () => {
    const off = {
      'audioAugmentation.globalVolume': 0,
      'audioAugmentation.localVolume': 0,
      'audioAugmentation.localCrop': false,
    };
    const still = configure('nano', off);
    const globalView = applyAudio(waveform, drawGlobalAudio(stream, still), logMel, 1.5);
    assert.deepEqual(globalView, logMel.compute({ waveform, columns: 32 }));
    const local = drawLocalAudio(stream, still);
    const window = waveform.subarray(local.firstSample, local.firstSample + 8000);
    assert.deepEqual(
      applyAudio(waveform, local, logMel, 1.5),
      logMel.compute({ waveform: window, columns: 16 }),
    );
  });

  it('draws volumes, windows at multiples of 100 samples, and boxes within the canvas', () => {
    const base = configure('base');
    const firsts = new Set<number>();
    for (let i = 0; i < 3000; i++) {
      const { gain } = drawGlobalAudio(stream.split('global', i), base);
      assert.ok(gain >= 0.9 && gain < 1.1);
      const local = drawLocalAudio(stream.split('local', i), base);
      assert.ok(local.gain >= 0.8 && local.gain < 1.2 && local.samples === 16000 && local.columns === 112);
      assert.ok(local.firstSample % 100 === 0 && local.firstSample >= 0 && local.firstSample <= 48000);
      const box = local.box!;
      assert.ok(box.height >= 48 && box.height <= 80 && box.top + box.height <= 80);
      assert.ok(box.width >= 67 && box.width <= 168 && box.left + box.width <= 168);
      firsts.add(local.firstSample);
    }
    assert.ok(firsts.has(0) && firsts.has(48000) && firsts.size > 470);
  });
});

function noise(frames: number, height: number, width: number): Frames {
  const draws = RandomStream.fromSeed('noise');
  const bytes = Uint8Array.from({ length: frames * height * width * 3 }, () => draws.integer(0, 256));
  return { frames: bytes, height, width };
}

/** Converts back to values in [0, 1]. */
function denormalise(view: Float32Array, perChannel: number): Float32Array {
  return view.map((value, i) => {
    const channel = Math.floor(i / perChannel);
    return value * imageNetStd[channel] + imageNetMean[channel];
  });
}

/** The value in [0, 1] of the clip `[T, H, W, 3]` that corresponds to index i of the view `[3, T, H, W]`. */
function valueAt(clip: Frames, i: number): number {
  const pixels = clip.frames.length / 3;
  return clip.frames[(i % pixels) * 3 + Math.floor(i / pixels)] / 255;
}

function moments(values: Float32Array): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
}
