import {
  type Modality,
  type ModelInputs,
  type Overrides,
  RandomStream,
  type XkdConfig,
  clipFrames,
  configure,
  drawNoise,
  fullGrid,
  maskOfViews,
  maskTensors,
  tf,
  tokenCount,
} from 'xkd/internal';

/** A network of a few thousand weights: a step takes milliseconds. */
export function tinyConfig(overrides: Overrides = {}): XkdConfig {
  return configure('nano', {
    'clip.frameSize': 16,
    'views.frameSize': 8,
    'encoder.width': 16,
    'encoder.depth': 2,
    'encoder.heads': 2,
    'decoder.width': 8,
    'decoder.depth': 1,
    'decoder.heads': 2,
    'projector.hidden': 12,
    'projector.bottleneck': 6,
    'projector.outputs': 10,
    'training.batch': 4,
    ...overrides,
  });
}

/** Random views and masks of a batch. */
export function randomInputs(config: XkdConfig, seed: number): ModelInputs {
  const stream = RandomStream.fromSeed(seed).split('inputs');
  const { clip, spectrogram, views, training } = config;
  const random = (shape: number[]) =>
    tf.tensor(
      Float32Array.from({ length: shape.reduce((product, n) => product * n, 1) }, () => stream.normal()),
      shape,
    );
  const video = (frames: number, side: number) => random([training.batch, 3, frames, side, side]);
  const audio = (columns: number) => random([training.batch, 1, spectrogram.melBands, columns]);
  const local = <T>(modality: Modality, make: () => T) => Array.from({ length: views.local[modality] }, make);
  const mask = (modality: Modality) => {
    const noise = drawNoise(stream.split(modality), training.batch, tokenCount(fullGrid(config, modality)));
    return maskTensors(maskOfViews(config, modality, noise));
  };
  return {
    views: {
      video: [
        video(clipFrames(config), clip.frameSize),
        ...local('video', () => video(views.frames, views.frameSize)),
      ],
      audio: [audio(spectrogram.columns), ...local('audio', () => audio(views.columns))],
    },
    masks: { video: mask('video'), audio: mask('audio') },
  };
}
