import type { Modality, XkdConfig } from '../../config';
import type { RandomStream } from '../../random';
import {
  applyAudio,
  applyVideo,
  squareVideo,
  clipSamples,
  drawGlobalAudio,
  drawGlobalVideo,
} from '../augment';
import { drawLabelledAudio, drawLabelledVideo, drawLocalAudio, drawLocalVideo } from '../augment';
import type { LabelledAugmentation } from '../augment';
import type { LogMel } from '../spectrogram/logMel';
import type { FileWindow } from './windowReader';

/** The views of one clip, global first: video `[3, T, S, S]`, audio `[1, M, C]`. */
export interface ClipViews {
  readonly video: readonly Float32Array[];
  readonly audio: readonly Float32Array[];
}

/** The augmented views for pretraining (paper, section on augmentation). */
export function pretrainingViews(
  window: FileWindow,
  stream: RandomStream,
  config: XkdConfig,
  logMel: LogMel,
): ClipViews {
  const { height, width } = window;
  const { canvasTime } = config.audioAugmentation;
  const local = (modality: Modality): number[] => [...Array(config.views.local[modality]).keys()];
  const videos = local('video').map((i) => drawLocalVideo(stream.split('video', i), config, height, width));
  const audios = local('audio').map((i) => drawLocalAudio(stream.split('audio', i), config));
  const { video, audio } = globalViews(window, stream, config, logMel);
  return {
    video: [...video, ...videos.map((draw) => applyVideo(window, draw))],
    audio: [...audio, ...audios.map((draw) => applyAudio(window.waveform, draw, logMel, canvasTime))],
  };
}

/** The augmented global view in each modality of the clip, used to train a classifier. */
export function globalViews(
  window: FileWindow,
  stream: RandomStream,
  config: XkdConfig,
  logMel: LogMel,
): ClipViews {
  const { height, width, waveform, frames } = window;
  const video = () => drawGlobalVideo(stream.split('video'), config, height, width);
  const audio = () => drawGlobalAudio(stream.split('audio'), config);
  return {
    video: frames.length === 0 ? [] : [applyVideo(window, video())],
    audio: waveform.length === 0 ? [] : [applyAudio(waveform, audio(), logMel, 1)],
  };
}

/** The clip's modalities, augmented for a classifier as {@link LabelledAugmentation} specifies. */
export function labelledViews(
  window: FileWindow,
  stream: RandomStream,
  config: XkdConfig,
  logMel: LogMel,
  augmentation: LabelledAugmentation,
): ClipViews {
  const { height, width, waveform, frames } = window;
  const video = () => drawLabelledVideo(stream.split('video'), config, augmentation, height, width);
  const audio = () => drawLabelledAudio(stream.split('audio'), config, augmentation);
  return {
    video: frames.length === 0 ? [] : [applyVideo(window, video())],
    audio: waveform.length === 0 ? [] : [applyAudio(waveform, audio(), logMel, 1)],
  };
}

/**
 * The clip's modalities without random draws, for evaluation.
 *
 * @param crops views of the frames, side by side along their longer side
 */
export function evaluationViews(
  window: FileWindow,
  config: XkdConfig,
  logMel: LogMel,
  crops: number,
): ClipViews {
  const { height, width, waveform } = window;
  const wholeClip = { firstSample: 0, samples: clipSamples(config), gain: 1, box: null };
  return {
    video:
      window.frames.length === 0
        ? []
        : Array.from({ length: crops }, (_, crop) =>
            applyVideo(window, squareVideo(config, height, width, crop, crops)),
          ),
    audio:
      waveform.length === 0
        ? []
        : [applyAudio(waveform, { ...wholeClip, columns: config.spectrogram.columns }, logMel, 1)],
  };
}
