import { modalities, type XkdConfig } from '../config';
import type { NdArray } from '../data';
import type { Network } from '../eval';
import { teacherAttention } from '../inspection/attentionView';
import {
  audioGrid,
  glowFrames,
  maskFrames,
  maskSpectrogram,
  spreadOverSpectrogram,
} from '../figures/clips/masks';
import { viewPictures, type Pixels } from '../figures/picture';
import { reconstructView } from '../inspection/reconstructionView';

/** Complete clips without augmentation: `[B, 3, T, S, S]` and `[B, 1, M, C]`. */
export interface BoardClips {
  readonly video: NdArray;
  readonly audio: NdArray;
}

/** An image and its name. */
export type NamedPicture = readonly [tag: string, picture: Pixels];

/**
 * A network's output for each clip: the reconstruction of masked patches (rows: the clip, its visible part, the
 * reconstruction), and the attention of its teachers (rows: the clip, before refinement, after it). Shows frames and
 * the log-mel spectrogram, with low bands at the bottom.
 */
export function clipPictures(network: Network, clips: BoardClips): NamedPicture[] {
  return Array.from({ length: clips.video.shape[0] }, (_, i) => i).flatMap((i) => {
    const views = { video: clipAt(clips.video, i), audio: clipAt(clips.audio, i) };
    return [
      ...modalities.map((modality): NamedPicture => [
        `reconstruction/${modality}/clip ${i}`,
        reconstruction(network, modality, views[modality]),
      ]),
      ...attention(network, views, i),
    ];
  });
}

function reconstruction(network: Network, modality: 'video' | 'audio', view: NdArray): Pixels {
  const { config } = network;
  const { original, drawn, removed } = reconstructView({ network, modality, view });
  if (modality === 'video') {
    const [clip, filled] = [original, drawn].map((values) => viewPictures(values, config.clip.frameSize));
    return sheet([clip, maskFrames(clip, removed, videoGrid(config)), filled]);
  }
  const seen = maskSpectrogram(original, removed, audioGrid(config));
  return sheet(spectrograms(config, [original, seen, drawn]));
}

function attention(network: Network, { video, audio }: BoardClips, i: number): NamedPicture[] {
  const { config } = network;
  const looks = Object.values(teacherAttention(network, video, audio));
  const frames = viewPictures(video.data, config.clip.frameSize);
  const spread = looks.map((look) => spreadOverSpectrogram(look.audio, audioGrid(config)));
  return [
    [
      `attention/video/clip ${i}`,
      sheet([frames, ...looks.map((look) => glowFrames(frames, look.video, videoGrid(config)))]),
    ],
    [
      `attention/audio/clip ${i}`,
      // Weights have their own range.
      sheet([...spectrograms(config, [audio.data]), ...spread.flatMap((one) => spectrograms(config, [one]))]),
    ],
  ];
}

function videoGrid({ patch }: XkdConfig) {
  return { patchFrames: patch.frames, patchSize: patch.size };
}

function clipAt({ data, shape: [, ...shape] }: NdArray, i: number): NdArray {
  const size = shape.reduce((product, n) => product * n, 1);
  return { data: data.slice(i * size, (i + 1) * size), shape: [1, ...shape] };
}

/** Spectrograms in greyscale, dark to light over their common range; values that are not numbers are blue. */
function spectrograms({ spectrogram }: XkdConfig, all: readonly ArrayLike<number>[]): Pixels[][] {
  const { melBands, columns } = spectrogram;
  const known = all.flatMap((values) => Array.from(values).filter(Number.isFinite));
  const [low, high] = known.reduce(
    ([a, b], value) => [Math.min(a, value), Math.max(b, value)],
    [Infinity, -Infinity],
  );
  return all.map((values) => {
    const data = new Uint8ClampedArray(3 * melBands * columns);
    for (let i = 0; i < melBands * columns; i++) {
      const from = (melBands - 1 - Math.floor(i / columns)) * columns + (i % columns);
      const grey = (255 * (values[from] - low)) / Math.max(high - low, 1e-12);
      data.set(Number.isFinite(grey) ? [grey, grey, grey] : removedColour, 3 * i);
    }
    return [{ data, width: columns, height: melBands }];
  });
}

const removedColour = [70, 90, 140];

/** Images of equal size in rows, separated by lines. */
function sheet(rows: readonly (readonly Pixels[])[]): Pixels {
  const [{ width, height }] = rows[0];
  const across = rows[0].length * (width + gap) - gap;
  const down = rows.length * (height + gap) - gap;
  const data = new Uint8ClampedArray(3 * across * down).fill(255);
  rows.forEach((row, r) =>
    row.forEach((picture, c) => {
      for (let y = 0; y < height; y++) {
        const to = 3 * ((r * (height + gap) + y) * across + c * (width + gap));
        data.set(picture.data.subarray(3 * y * width, 3 * (y + 1) * width), to);
      }
    }),
  );
  return { data, width: across, height: down };
}

const gap = 2;
