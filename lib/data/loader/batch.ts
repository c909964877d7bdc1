import { type Modality, type XkdConfig, viewShapes } from '../../config';
import type { ClipViews } from './clipViews';
import type { NdArray } from '../types';

/** Arrays of a batch, filled clip by clip as clips arrive. B clips. */
export class BatchArrays {
  /** Video views, global first: `[B, 3, T, S, S]`. */
  readonly video: NdArray[];
  /** Audio views, global first: `[B, 1, M, C]`. */
  readonly audio: NdArray[];

  /**
   * @param clips B
   * @param local number of local views besides the global one
   */
  constructor(
    clips: number,
    config: XkdConfig,
    local: XkdConfig['views']['local'],
    modalities: readonly Modality[],
  ) {
    const shapes = viewShapes(config, local);
    const make = (modality: Modality): NdArray[] =>
      modalities.includes(modality) ? shapes[modality].map((shape) => zeros([clips, ...shape])) : [];
    this.video = make('video');
    this.audio = make('audio');
  }

  /** Copies the views of a clip to its position. */
  set(position: number, views: ClipViews): void {
    this.video.forEach(({ data }, view) => data.set(views.video[view], position * views.video[view].length));
    this.audio.forEach(({ data }, view) => data.set(views.audio[view], position * views.audio[view].length));
  }
}

function zeros(shape: readonly number[]): NdArray {
  return { data: new Float32Array(shape.reduce((product, length) => product * length, 1)), shape };
}
