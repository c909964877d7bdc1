import type { Look, LookedAt, Stretch } from '../protocol';

/* Values as pictures, in pixels of their own; style sheets enlarge them. */

/** ImageNet's statistics, by which frames are normalised. */
const mean = [0.485, 0.456, 0.406];
const deviation = [0.229, 0.224, 0.225];
const gap = 2;

/** Frames `[3, T, S, S]` side by side; removed patches are hidden if `removed` is given. */
export function drawFrames(
  canvas: HTMLCanvasElement,
  { frames, side, video }: Look,
  values: Float32Array,
  removed?: Float32Array,
): void {
  const paint = sized(canvas, frames * (side + gap) - gap, side);
  const [slots, rows, columns] = video.grid;
  for (let t = 0; t < frames; t++) {
    const image = paint.createImageData(side, side);
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const token = tokenAt([t / frames, y / side, x / side], [slots, rows, columns]);
        const isHidden = removed !== undefined && removed[token] === 1;
        for (let c = 0; c < 3; c++) {
          const value = values[((c * frames + t) * side + y) * side + x] * deviation[c] + mean[c];
          image.data[4 * (y * side + x) + c] = isHidden ? 128 : 255 * value;
        }
        image.data[4 * (y * side + x) + 3] = isHidden ? 70 : 255;
      }
    }
    paint.putImageData(image, t * (side + gap), 0);
  }
}

/** A log-mel spectrogram `[M, C]`, low bands below. */
export function drawSpectrogram(
  canvas: HTMLCanvasElement,
  { bands, columns, audio }: Look,
  values: Float32Array,
  removed?: Float32Array,
): void {
  const paint = sized(canvas, columns, bands);
  const image = paint.createImageData(columns, bands);
  const [low, high] = [-2.2, 1.6];
  for (let m = 0; m < bands; m++) {
    for (let c = 0; c < columns; c++) {
      const token = tokenAt([m / bands, c / columns], audio.grid);
      const isHidden = removed !== undefined && removed[token] === 1;
      const at = 4 * ((bands - 1 - m) * columns + c);
      const colour = isHidden ? [128, 128, 128] : heat((values[m * columns + c] - low) / (high - low));
      image.data.set([...colour, isHidden ? 70 : 255], at);
    }
  }
  paint.putImageData(image, 0, 0);
}

/** Weights of patches over frames or spectrogram: bright where they are large, the rest darkened. */
export function drawWeights(
  canvas: HTMLCanvasElement,
  look: Look,
  modality: 'video' | 'audio',
  weights: Float32Array,
): void {
  const part: LookedAt = look[modality];
  if (modality === 'video') drawFrames(canvas, look, part.view);
  else drawSpectrogram(canvas, look, part.view);
  const paint = canvas.getContext('2d')!;
  const most = Math.max(...weights);
  const { frames, side, bands, columns } = look;
  const shade = (token: number, x: number, y: number, width: number, height: number) => {
    paint.fillStyle = `rgba(8, 10, 16, ${(0.82 * (1 - weights[token] / most)).toFixed(3)})`;
    paint.fillRect(x, y, width, height);
  };
  if (modality === 'video') {
    const [, rows, across] = part.grid;
    for (let t = 0; t < frames; t++)
      for (let r = 0; r < rows; r++)
        for (let c = 0; c < across; c++) {
          const token = tokenAt([t / frames, r / rows, c / across], part.grid);
          const [height, width] = [side / rows, side / across];
          shade(token, t * (side + gap) + c * width, r * height, width, height);
        }
  } else {
    const [rows, across] = part.grid;
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < across; c++) {
        const [height, width] = [bands / rows, columns / across];
        shade(r * across + c, c * width, bands - (r + 1) * height, width, height);
      }
  }
}

/** One frame of a stretch. */
export function drawFrame(
  canvas: HTMLCanvasElement,
  { frames, height, width }: Stretch,
  index: number,
): void {
  const paint = sized(canvas, width, height);
  const image = paint.createImageData(width, height);
  const from = index * height * width * 3;
  for (let i = 0; i < height * width; i++) {
    image.data.set(frames.subarray(from + 3 * i, from + 3 * i + 3), 4 * i);
    image.data[4 * i + 3] = 255;
  }
  paint.putImageData(image, 0, 0);
}

/** The token at a place given in shares of each axis. */
function tokenAt(shares: readonly number[], grid: readonly number[]): number {
  return shares.reduce((token, share, axis) => token * grid[axis] + Math.floor(share * grid[axis] + 1e-9), 0);
}

function sized(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const paint = canvas.getContext('2d')!;
  paint.clearRect(0, 0, width, height);
  return paint;
}

/** From dark blue over purple and orange to pale yellow. */
function heat(share: number): number[] {
  const stops = [
    [13, 8, 40],
    [84, 18, 110],
    [187, 55, 84],
    [249, 140, 10],
    [252, 255, 164],
  ];
  const place = Math.min(0.9999, Math.max(0, share)) * (stops.length - 1);
  const [first, second] = [stops[Math.floor(place)], stops[Math.floor(place) + 1]];
  return first.map((value, i) => value + (second[i] - value) * (place % 1));
}
