import { type Modality, type XkdConfig, viewShapes } from '../../config';
import type { ClipViews } from './clipViews';
import type { NdArray } from '../types';

/** Arrays of a batch in memory shared with the worker threads, which write the clips' views into them. B clips. */
export interface BatchArrays {
  /** Video views, global first: `[B, 3, T, S, S]`. */
  readonly video: readonly NdArray[];
  /** Audio views, global first: `[B, 1, M, C]`. */
  readonly audio: readonly NdArray[];
}

/**
 * @param clips B
 * @param local number of local views besides the global one
 */
export function batchArrays(
  clips: number,
  config: XkdConfig,
  local: XkdConfig['views']['local'],
  modalities: readonly Modality[],
): BatchArrays {
  const shapes = viewShapes(config, local);
  const make = (modality: Modality): NdArray[] =>
    modalities.includes(modality) ? shapes[modality].map((shape) => sharedZeros([clips, ...shape])) : [];
  return { video: make('video'), audio: make('audio') };
}

/** The views of one clip of a batch; they share its memory. */
export function viewsAt({ video, audio }: BatchArrays, position: number): ClipViews {
  const clip = ({ data, shape }: NdArray): Float32Array => {
    const size = data.length / shape[0];
    return data.subarray(position * size, (position + 1) * size);
  };
  return { video: video.map(clip), audio: audio.map(clip) };
}

function sharedZeros(shape: readonly number[]): NdArray {
  const values = shape.reduce((product, length) => product * length, 1);
  const bytes = values * Float32Array.BYTES_PER_ELEMENT;
  return { data: new Float32Array(new SharedArrayBuffer(bytes)), shape };
}
