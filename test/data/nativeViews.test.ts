import { strict as assert } from 'node:assert';
import { configure, type XkdConfig } from 'xkd/dist/config';
import {
  clipSamples,
  drawErase,
  drawGlobalAudio,
  drawGlobalVideo,
  drawLocalAudio,
  drawLocalVideo,
  squareVideo,
  type VideoDraw,
} from 'xkd/dist/data/augment';
import { formulas, nativeViews, type ViewFunctions } from 'xkd/dist/data/loader/nativeViews';
import { RandomStream } from 'xkd/dist/random';

/** Largest difference that the two may have. */
const tolerance = 1e-5;

describe('native loops of views', () => {
  let native: ViewFunctions;
  before(() => {
    const found = nativeViews();
    assert.ok(found, 'set-up compiles lib/native/views.c');
    native = found;
  });

  function agree(clip: Parameters<ViewFunctions['applyVideo']>[0], draw: VideoDraw): void {
    const view = native.applyVideo(clip, draw);
    assertClose(view, formulas.applyVideo(clip, draw), JSON.stringify({ ...draw, erase: undefined }));
  }

  for (const preset of ['nano', 'base'] as const)
    it(`draw the pictures of ${preset} as the formulas do`, () => {
      const config = configure(preset);
      const stream = RandomStream.fromSeed(preset);
      const side = config.clip.frameSize;
      for (let i = 0; i < (preset === 'nano' ? 60 : 4); i++) {
        const clip = noisyClip(stream.split(i), 8 * config.clip.seconds, side, Math.round((side * 4) / 3));
        const { height, width } = clip;
        agree(clip, drawGlobalVideo(stream.split('global', i), config, height, width));
        agree(clip, drawLocalVideo(stream.split('local', i), config, height, width));
        agree(clip, squareVideo(config, height, width, i % 3, 3));
      }
    });

  it('colour, blur, flip and enlarge alike, whatever the side', () => {
    const stream = RandomStream.fromSeed('sides');
    const order = ['hue', 'contrast', 'saturation', 'brightness'] as const;
    for (const side of [1, 2, 7, 19, 20, 33, 45, 61]) {
      const clip = noisyClip(stream.split(side), 3, 23, 31);
      for (const [blurSigma, grey] of [
        [null, false],
        [0.1, false],
        [1.7, true],
      ] as const)
        for (const hue of [-0.5, 0.13])
          agree(clip, {
            firstFrame: 1,
            frames: 2,
            side,
            box: { top: 2, left: 3, height: 21, width: 28 },
            flip: hue > 0,
            jitter: { order, brightness: 1.6, contrast: 0.3, saturation: 1.9, hue },
            grey,
            blurSigma,
          });
    }
  });

  it('draw flat colours, black and white exactly alike, and erase alike', () => {
    const config = configure('nano');
    const stream = RandomStream.fromSeed('flat');
    for (const value of [0, 90, 255]) {
      const clip = { frames: new Uint8Array(8 * 32 * 40 * 3).fill(value), height: 32, width: 40 };
      const draw = drawGlobalVideo(stream.split(value), config, 32, 40);
      agree(clip, { ...draw, erase: drawErase(stream.split('erase', value), 1, draw.side) });
    }
  });

  for (const preset of ['nano', 'base'] as const)
    it(`hear ${preset}'s sounds as the formulas do`, () => {
      const config = configure(preset);
      for (const [name, waveform] of Object.entries(sounds(config))) {
        hear(config, waveform, drawGlobalAudio(RandomStream.fromSeed(name), config), name);
        for (let i = 0; i < 5; i++)
          hear(config, waveform, drawLocalAudio(RandomStream.fromSeed(name + i), config), name);
      }
    });

  it('hear with transforms of other lengths, and short sounds', () => {
    for (const fftSize of [256, 512, 2048]) {
      const config = configure('nano', { 'spectrogram.fftSize': fftSize, 'spectrogram.melBands': 16 });
      const waveform = sounds(config).tones;
      for (const samples of [0, 1, 700, 16000])
        for (const columns of [1, 15, 16, 17, 40])
          hear(config, waveform, { firstSample: 0, samples, columns, gain: 0.7, box: null }, `${samples}`);
    }
  });

  it('pass on what is not a number', () => {
    const config = configure('nano');
    const waveform = new Float32Array(clipSamples(config));
    waveform[9000] = NaN;
    const args = { waveform, columns: 32 };
    const [ours, theirs] = [native, formulas].map((functions) => functions.logMel(config).compute(args));
    // Two columns are the parts of one complex number.
    assert.ok(
      theirs.some(Number.isNaN) && theirs.every((value, i) => !Number.isNaN(value) || Number.isNaN(ours[i])),
    );
  });

  it('write into memory that threads share, and nothing outside their array', () => {
    const config = configure('nano');
    const clip = noisyClip(RandomStream.fromSeed('shared'), 8, 32, 43);
    const draw = squareVideo(config, 32, 43, 0, 1);
    const size = 3 * draw.frames * draw.side ** 2;
    const memory = new Float32Array(new SharedArrayBuffer(4 * 3 * size)).fill(9);
    native.applyVideo(clip, draw, memory.subarray(size, 2 * size));
    assert.deepEqual(memory.subarray(size, 2 * size), native.applyVideo(clip, draw));
    assert.ok(memory.subarray(0, size).every((value) => value === 9));
    assert.ok(memory.subarray(2 * size).every((value) => value === 9));
  });

  it('refuse boxes, frames and arrays that do not fit', () => {
    const config = configure('nano');
    const clip = noisyClip(RandomStream.fromSeed('wrong'), 8, 32, 43);
    const draw = squareVideo(config, 32, 43, 0, 1);
    const wrong: [VideoDraw, Float32Array?][] = [
      [{ ...draw, box: { ...draw.box, left: 12 } }],
      [{ ...draw, box: { ...draw.box, top: -1 } }],
      [{ ...draw, box: { ...draw.box, height: 0 } }],
      [{ ...draw, firstFrame: 1 }],
      [draw, new Float32Array(7)],
    ];
    for (const [bad, out] of wrong) assert.throws(() => native.applyVideo(clip, bad, out), RangeError);
    const logMel = native.logMel(config);
    const waveform = new Float32Array(100);
    assert.throws(() => logMel.compute({ waveform, columns: 2 }, new Float32Array(3)), RangeError);
    const box = { top: 30, left: 0, height: 3, width: 5 };
    assert.throws(() => native.cropSpectrogram(new Float32Array(32 * 16), 32, 16, 1.5, box), RangeError);
  });

  function hear(
    config: XkdConfig,
    waveform: Float32Array,
    { firstSample, samples, columns, gain, box }: ReturnType<typeof drawLocalAudio>,
    name: string,
  ): void {
    const { melBands } = config.spectrogram;
    const window = waveform.subarray(firstSample, firstSample + samples);
    const [ours, theirs] = [native, formulas].map((functions) => {
      const spectrogram = functions.logMel(config).compute({ waveform: window, columns, gain });
      const crop = box && functions.cropSpectrogram(spectrogram, melBands, columns, 1.5, box);
      return { spectrogram, crop };
    });
    assertClose(ours.spectrogram, theirs.spectrogram, name);
    if (ours.crop) assertClose(ours.crop, theirs.crop!, `${name}, cropped`);
  }
});

/** Frames with smooth areas, noise and edges. */
function noisyClip(stream: RandomStream, frames: number, height: number, width: number) {
  const bytes = new Uint8Array(frames * height * width * 3);
  for (let i = 0; i < bytes.length; i++) {
    const x = Math.floor(i / 3) % width;
    bytes[i] = x < width / 3 ? 255 * stream.uniform() : x < width / 2 ? (i % 3) * 100 : 128 + x;
  }
  return { frames: bytes, height, width };
}

function sounds(config: XkdConfig): Record<string, Float32Array> {
  const stream = RandomStream.fromSeed('sounds');
  const make = (sample: (n: number) => number) =>
    Float32Array.from({ length: clipSamples(config) }, (_, n) => sample(n));
  return {
    silence: make(() => 0),
    click: make((n) => Number(n === 4321)),
    constant: make(() => 0.5),
    tones: make((n) => 0.4 * Math.sin(n * 0.3) + 0.001 * Math.sin(n * 2.5)),
    noise: make(() => stream.uniform(-1, 1)),
    quiet: make(() => 1e-5 * stream.normal()),
  };
}

function assertClose(ours: Float32Array, theirs: Float32Array, what: string): void {
  assert.equal(ours.length, theirs.length);
  for (let i = 0; i < ours.length; i++)
    assert.ok(
      Math.abs(ours[i] - theirs[i]) <= tolerance,
      `${what}: ${ours[i]} in place of ${theirs[i]} at ${i}`,
    );
}
