import type { Modality, XkdConfig } from '../../config';
import type { RandomStream } from '../../random';
import {
  applyAudio,
  clipSamples,
  drawGlobalAudio,
  drawGlobalVideo,
  drawLabelledAudio,
  drawLabelledVideo,
  drawLocalAudio,
  drawLocalVideo,
  squareVideo,
  type AudioDraw,
  type LabelledAugmentation,
  type VideoDraw,
} from '../augment';
import { formulas, nativeViews } from './nativeViews';
import type { FileWindow } from './windowReader';

/** The views of one clip, global first: video `[3, T, S, S]`, audio `[1, M, C]`. */
export interface ClipViews {
  readonly video: readonly Float32Array[];
  readonly audio: readonly Float32Array[];
}

/** Makes the views of clips; a modality that was not read has none. */
export class ClipViewMaker {
  private readonly logMel;

  /** @param functions their arithmetic; default: native loops if there are any */
  constructor(
    private readonly config: XkdConfig,
    private readonly functions = nativeViews() ?? formulas,
  ) {
    this.logMel = functions.logMel(config);
  }

  /**
   * The augmented views for pretraining (paper, section on augmentation).
   *
   * @param out arrays for the views; default: new ones
   */
  pretraining(window: FileWindow, stream: RandomStream, out?: ClipViews): ClipViews {
    const { config } = this;
    const { height, width } = window;
    const { canvasTime } = config.audioAugmentation;
    const local = (modality: Modality): number[] => [...Array(config.views.local[modality]).keys()];
    const videos = local('video').map((i) => drawLocalVideo(stream.split('video', i), config, height, width));
    const audios = local('audio').map((i) => drawLocalAudio(stream.split('audio', i), config));
    const { video, audio } = this.global(window, stream, out);
    return {
      video: [...video, ...videos.map((draw, i) => this.video(window, draw, out?.video[1 + i]))],
      audio: [...audio, ...audios.map((draw, i) => this.audio(window, draw, canvasTime, out?.audio[1 + i]))],
    };
  }

  /** The augmented global view in each modality, used to train a classifier. */
  global(window: FileWindow, stream: RandomStream, out?: ClipViews): ClipViews {
    const { config } = this;
    const { height, width } = window;
    return this.ofModalities(
      window,
      () => [drawGlobalVideo(stream.split('video'), config, height, width)],
      () => drawGlobalAudio(stream.split('audio'), config),
      out,
    );
  }

  /** Each modality, augmented for a classifier as {@link LabelledAugmentation} specifies. */
  labelled(
    window: FileWindow,
    stream: RandomStream,
    augmentation: LabelledAugmentation,
    out?: ClipViews,
  ): ClipViews {
    const { config } = this;
    const { height, width } = window;
    return this.ofModalities(
      window,
      () => [drawLabelledVideo(stream.split('video'), config, augmentation, height, width)],
      () => drawLabelledAudio(stream.split('audio'), config, augmentation),
      out,
    );
  }

  /**
   * Each modality without random draws, for evaluation.
   *
   * @param crops views of the frames, side by side along their longer side
   */
  evaluation(window: FileWindow, crops: number): ClipViews {
    const { config } = this;
    const { height, width } = window;
    const { columns } = config.spectrogram;
    return this.ofModalities(
      window,
      () => Array.from({ length: crops }, (_, crop) => squareVideo(config, height, width, crop, crops)),
      () => ({ firstSample: 0, samples: clipSamples(config), columns, gain: 1, box: null }),
    );
  }

  private ofModalities(
    window: FileWindow,
    drawVideo: () => VideoDraw[],
    drawAudio: () => AudioDraw,
    out?: ClipViews,
  ): ClipViews {
    const { frames, waveform } = window;
    return {
      video: frames.length === 0 ? [] : drawVideo().map((draw, i) => this.video(window, draw, out?.video[i])),
      audio: waveform.length === 0 ? [] : [this.audio(window, drawAudio(), 1, out?.audio[0])],
    };
  }

  private video(window: FileWindow, draw: VideoDraw, out?: Float32Array): Float32Array {
    return this.functions.applyVideo(window, draw, out);
  }

  private audio(
    { waveform }: FileWindow,
    draw: AudioDraw,
    canvasTime: number,
    out?: Float32Array,
  ): Float32Array {
    const view = applyAudio(waveform, draw, this.logMel, canvasTime, this.functions.cropSpectrogram);
    if (out === undefined) return view;
    out.set(view);
    return out;
  }
}
