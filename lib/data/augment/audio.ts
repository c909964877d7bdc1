import type { XkdConfig } from '../../config';
import type { RandomStream } from '../../random';
import type { LogMel } from '../spectrogram/logMel';
import type { Box } from './box';
import { cropSpectrogram, drawSpectrogramBox } from './spectrogramCrop';
import { type SpectrogramMasks, coverSpectrogram } from './spectrogramMasks';
import { type TimeWarpDraw, warpTime } from './timeWarp';

/** Random draws for an audio view of a clip. */
export interface AudioDraw {
  /** First sample of the view's window. */
  readonly firstSample: number;
  readonly samples: number;
  /** C, number of columns of the view. */
  readonly columns: number;
  /** Volume factor. */
  readonly gain: number;
  /** Box of the random-resize-crop; null: no crop. */
  readonly box: Box | null;
  /** Omitted or null: no warp. */
  readonly warp?: TimeWarpDraw | null;
  /** Omitted: no masks. */
  readonly masks?: SpectrogramMasks;
}

/**
 * The whole clip, with a small change of volume.
 *
 * @example
 * ```ts
 * import { configure, drawGlobalAudio, RandomStream } from 'xkd';
 *
 * const draw = drawGlobalAudio(RandomStream.fromSeed(0), configure('nano'));
 * console.log(draw.samples, draw.columns, Math.abs(draw.gain - 1) <= 0.1); // 16000 32 true
 * ```
 */
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

/**
 * A short window that starts at a multiple of 100 samples, with changed volume and a cropped spectrogram.
 *
 * @example
 * ```ts
 * import { configure, drawLocalAudio, RandomStream } from 'xkd';
 *
 * // A local view of nano has half of the 32 columns, and so half a second of sound.
 * const draw = drawLocalAudio(RandomStream.fromSeed(0), configure('nano'));
 * console.log(draw.columns, draw.samples, draw.firstSample % 100); // 16 8000 0
 * ```
 */
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
 * Computes the view that was drawn.
 *
 * @param waveform the clip's samples
 * @param crop what cuts and resizes the box; default: {@link cropSpectrogram}
 * @returns normalised log-mel `[1, M, C]`
 */
export function applyAudio(
  waveform: Float32Array,
  draw: AudioDraw,
  logMel: Pick<LogMel, 'bands' | 'compute'>,
  canvasTime: number,
  crop = cropSpectrogram,
): Float32Array {
  const window = waveform.subarray(draw.firstSample, draw.firstSample + draw.samples);
  const { columns, gain, box, warp, masks } = draw;
  const spectrogram = logMel.compute({ waveform: window, columns, gain });
  const cropped = box === null ? spectrogram : crop(spectrogram, logMel.bands, columns, canvasTime, box);
  const view = warp ? warpTime(cropped, columns, warp) : cropped;
  if (masks) coverSpectrogram(view, masks, columns);
  return view;
}

/** Number of samples in a clip. */
export function clipSamples(config: XkdConfig): number {
  return Math.round(config.clip.seconds * config.clip.sampleRateHz);
}

const windowStep = 100;
