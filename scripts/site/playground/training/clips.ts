import {
  BoxResampler,
  applyAudio,
  applyVideo,
  centreVideo,
  type ClipSpec,
  clipSamples,
  drawClip,
  drawGlobalAudio,
  drawGlobalVideo,
  drawLocalAudio,
  drawLocalVideo,
  LogMel,
  type NdArray,
  RandomStream,
  renderScene,
  renderSound,
  sampleFrameSize,
  sampleRateHz,
  sampleRecipe,
  type SampleSplit,
  type XkdConfig,
} from 'xkd/core';

/** Frames and sound of a clip as long as a configuration's, before any augmentation. */
export interface Clip {
  /** `[T, H, W, 3]` */
  readonly frames: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly waveform: Float32Array;
  /** Number of its class; -1 if it has none. */
  readonly label: number;
}

/** The sound tells the class at once, so that few hundred steps suffice for the eye to learn from the ear. */
const version = 2;
const recipe = sampleRecipe(version);
/** The sample set's dials, with less that distracts from the object. */
export const dials = { ...recipe.dials, clutter: 0, visualNoise: 0 };

/** Names of the classes, in the order of their numbers. */
export const classNames: readonly string[] = recipe.materials.map(({ name }) => name);

/** The specification of a clip of the sample set with the seed that its command line has. */
export function clipSpec(split: SampleSplit, index: number): ClipSpec {
  return drawClip({ version, seed: 0, dials }, split, index);
}

/** The first second of a clip of the sample set, in the configuration's frame rate and size, as it is read natively. */
export function sampleClip(config: XkdConfig, split: SampleSplit, index: number): Clip {
  const spec = clipSpec(split, index);
  const { framesPerSecond, seconds } = config.clip;
  const timing = { frames: Math.round(seconds * framesPerSecond), framesPerSecond, size: sampleFrameSize };
  const drawn = renderScene(spec.scene, spec.motion, timing);
  return {
    ...resized({ frames: drawn, height: sampleFrameSize, width: sampleFrameSize }, config.clip.frameSize),
    waveform: renderSound(spec.sound, spec.durationSeconds, sampleRateHz).subarray(0, clipSamples(config)),
    label: classNames.indexOf(spec.label),
  };
}

/** Frames `[T, H, W, 3]` cropped to the central square and resized to a side of some pixels. */
export function resized(
  { frames, height, width }: Pick<Clip, 'frames' | 'height' | 'width'>,
  side: number,
): Pick<Clip, 'frames' | 'height' | 'width'> {
  const square = Math.min(height, width);
  const box = { top: (height - square) / 2, left: (width - square) / 2, height: square, width: square };
  const resampler = new BoxResampler(box, width, side, false);
  const bytes = height * width * 3;
  const plane = side * side;
  const planes = new Float32Array(3 * plane); // [3, S, S]
  const result = new Uint8Array((frames.length / bytes) * 3 * plane);
  for (let from = 0, to = 0; from < frames.length; from += bytes) {
    resampler.resample(frames, from, planes);
    for (let i = 0; i < plane; i++)
      for (let c = 0; c < 3; c++) result[to++] = Math.round(255 * planes[c * plane + i]);
  }
  return { frames: result, height: side, width: side };
}

/** Makes views of clips for one configuration. */
export class ViewMaker {
  private readonly logMel: LogMel;

  constructor(private readonly config: XkdConfig) {
    this.logMel = new LogMel(config.spectrogram, config.clip.sampleRateHz);
  }

  /** Augmented views of a clip for training, as natively: global first. */
  training(clip: Clip, stream: RandomStream): { video: Float32Array[]; audio: Float32Array[] } {
    const { config, logMel } = this;
    const { height, width } = clip;
    const { local } = config.views;
    const videos = [
      drawGlobalVideo(stream.split('video'), config, height, width),
      ...places(local.video, (i) => drawLocalVideo(stream.split('video', i), config, height, width)),
    ];
    const { canvasTime } = config.audioAugmentation;
    const audios = [
      applyAudio(clip.waveform, drawGlobalAudio(stream.split('audio'), config), logMel, 1),
      ...places(local.audio, (i) =>
        applyAudio(clip.waveform, drawLocalAudio(stream.split('audio', i), config), logMel, canvasTime),
      ),
    ];
    return { video: videos.map((draw) => applyVideo(clip, draw)), audio: audios };
  }

  /** The whole clip without augmentation: `[3, T, S, S]` and `[1, M, C]`. */
  whole(clip: Clip): { video: Float32Array; audio: Float32Array } {
    const { config, logMel } = this;
    const whole = {
      ...{ firstSample: 0, samples: clipSamples(config), columns: config.spectrogram.columns },
      ...{ gain: 1, box: null },
    };
    return {
      video: applyVideo(clip, centreVideo(config, clip.height, clip.width)),
      audio: applyAudio(clip.waveform, whole, logMel, 1),
    };
  }
}

/** Views of equal shape as one array with the clips along its first axis. */
export function stackViews(views: readonly Float32Array[], shape: readonly number[]): NdArray {
  const [size] = views.map(({ length }) => length);
  const data = new Float32Array(views.length * size);
  views.forEach((view, i) => data.set(view, i * size));
  return { data, shape: [views.length, ...shape] };
}

function places<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i));
}
