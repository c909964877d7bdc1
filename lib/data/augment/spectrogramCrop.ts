import type { XkdConfig } from '../../config';
import type { RandomStream } from '../../random';
import type { Box } from './box';

/**
 * Draws the box that random-resize-crop cuts from the canvas that holds the spectrogram (method of BYOL-A, as
 * in the authors' release).
 *
 * @param bands M
 * @param columns C
 */
export function drawSpectrogramBox(
  stream: RandomStream,
  config: XkdConfig['audioAugmentation'],
  bands: number,
  columns: number,
): Box {
  const canvasColumns = Math.floor(columns * config.canvasTime);
  const length = (range: readonly [number, number], size: number, most: number): number =>
    Math.min(most, Math.max(1, Math.floor(stream.uniform(...range) * size)));
  const height = length(config.frequencyScale, bands, bands);
  const width = length(config.timeScale, columns, canvasColumns);
  const top = stream.integer(0, bands - height + 1);
  const left = stream.integer(0, canvasColumns - width + 1);
  return { top, left, height, width };
}

/**
 * Cuts a box from the canvas, which has the spectrogram in its centre and zeros around it, and resizes it to
 * the spectrogram's size: bicubic, corners aligned.
 *
 * @param spectrogram `[M, C]`
 * @param canvasTime columns of the canvas over C
 */
export function cropSpectrogram(
  spectrogram: Float32Array,
  bands: number,
  columns: number,
  canvasTime: number,
  box: Box,
): Float32Array {
  const margin = canvasMargin(columns, canvasTime);
  const across = bicubicTaps(box.width, columns);
  const down = bicubicTaps(box.height, bands);
  const narrow = new Float64Array(box.height * columns);
  for (let y = 0; y < box.height; y++) {
    const row = (box.top + y) * columns;
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let tap = 4 * x; tap < 4 * x + 4; tap++) {
        const column = box.left + across.index[tap] - margin;
        if (column >= 0 && column < columns) sum += across.weight[tap] * spectrogram[row + column];
      }
      narrow[y * columns + x] = sum; // [box.height, C]
    }
  }
  const out = new Float32Array(bands * columns);
  for (let y = 0; y < bands; y++) {
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let tap = 4 * y; tap < 4 * y + 4; tap++)
        sum += down.weight[tap] * narrow[down.index[tap] * columns + x];
      out[y * columns + x] = sum; // [M, C]
    }
  }
  return out;
}

/** Columns of the canvas in front of the spectrogram. */
export function canvasMargin(columns: number, canvasTime: number): number {
  return Math.floor((Math.floor(columns * canvasTime) - columns) / 2);
}

interface Taps {
  /** Four source positions for each target, clamped to the source range. */
  readonly index: Int32Array;
  readonly weight: Float64Array;
}

/** Keys' cubic convolution with a = -0.75; the first and last positions of source and target coincide. */
function bicubicTaps(source: number, target: number): Taps {
  const index = new Int32Array(4 * target);
  const weight = new Float64Array(4 * target);
  const scale = target > 1 ? (source - 1) / (target - 1) : 0;
  for (let i = 0; i < target; i++) {
    const floor = Math.floor(scale * i);
    for (let tap = 0; tap < 4; tap++) {
      index[4 * i + tap] = Math.min(source - 1, Math.max(0, floor + tap - 1));
      weight[4 * i + tap] = cubic(Math.abs(scale * i - (floor + tap - 1)));
    }
  }
  return { index, weight };
}

function cubic(distance: number): number {
  const a = -0.75;
  if (distance <= 1) return (a + 2) * distance ** 3 - (a + 3) * distance ** 2 + 1;
  if (distance < 2) return a * (distance ** 3 - 5 * distance ** 2 + 8 * distance - 4);
  return 0;
}
