import type { XkdConfig } from '../../config';
import type { RandomStream } from '../../random';
import type { LogMel } from '../logMel';
import type { Box } from './box';
import { cropSpectrogram, drawSpectrogramBox } from './spectrogramCrop';
import { type SpectrogramMasks, coverSpectrogram } from './spectrogramMasks';
import { type TimeWarpDraw, warpTime } from './timeWarp';

/** What was drawn for a view of a clip's sound. */
export interface AudioDraw {
  /** First sample of the view's window. */
  readonly firstSample: number;
  readonly samples: number;
  /** C, columns of the view. */
  readonly columns: number;
  /** Volume factor. */
  readonly gain: number;
  /** Box of the random-resize-crop; null: none. */
  readonly box: Box | null;
  /** Left out or null: none. */
  readonly warp?: TimeWarpDraw | null;
  /** Left out: none. */
  readonly masks?: SpectrogramMasks;
}

/** The whole clip, its volume changed a little. */
export function drawGlobalAudio(stream: RandomStream, config: XkdConfig): AudioDraw {
  const volume = config.audioAugmentation.globalVolume;
  return {
    firstSample: 0,
    samples: clipSamples(config),
    columns: config.spectrogram.columns,
    gain: stream.split('gain').uniform(1 - volume, 1 + volume),
    box: null,
  };
}

/** A short window that starts at a multiple of 100 samples, its volume changed, its spectrogram cropped. */
export function drawLocalAudio(stream: RandomStream, config: XkdConfig): AudioDraw {
  const { audioAugmentation, spectrogram, views } = config;
  const samples = Math.round((clipSamples(config) * views.columns) / spectrogram.columns);
  const steps = Math.floor((clipSamples(config) - samples) / windowStep);
  const volume = audioAugmentation.localVolume;
  return {
    firstSample: windowStep * stream.split('window').integer(0, steps + 1),
    samples,
    columns: views.columns,
    gain: stream.split('gain').uniform(1 - volume, 1 + volume),
    box: audioAugmentation.localCrop
      ? drawSpectrogramBox(stream.split('box'), audioAugmentation, spectrogram.melBands, views.columns)
      : null,
  };
}

/**
 * The view that was drawn.
 *
 * @param waveform the clip's samples
 * @returns normalised log-mel `[1, M, C]`
 */
export function applyAudio(
  waveform: Float32Array,
  draw: AudioDraw,
  logMel: LogMel,
  canvasTime: number,
): Float32Array {
  const window = waveform.subarray(draw.firstSample, draw.firstSample + draw.samples);
  const { columns, gain, box, warp, masks } = draw;
  const spectrogram = logMel.compute({ waveform: window, columns, gain });
  const cropped =
    box === null ? spectrogram : cropSpectrogram(spectrogram, logMel.bands, columns, canvasTime, box);
  const view = warp ? warpTime(cropped, columns, warp) : cropped;
  if (masks) coverSpectrogram(view, masks, columns);
  return view;
}

/** Samples of a clip. */
export function clipSamples(config: XkdConfig): number {
  return Math.round(config.clip.seconds * config.clip.sampleRateHz);
}

const windowStep = 100;
