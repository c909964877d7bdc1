import { modalities, clipFrames, type Modality, type XkdConfig } from '../../config';
import type { ClipViews } from './clipViews';
import type { NdArray } from '../types';

/** The clips of an evaluation batch, filled in order. B clips, V crops per clip. */
export class ClipArrays {
  private readonly data: Partial<Record<Modality, Float32Array>> = {};
  private readonly shapes: Readonly<Record<Modality, readonly number[]>>;
  private readonly rows: Readonly<Record<Modality, number>>;
  private filled = 0;

  /**
   * @param clips B at most
   * @param crops V
   */
  constructor({ clip, ...config }: XkdConfig, asked: readonly Modality[], clips: number, crops: number) {
    const { spectrogram } = config;
    this.shapes = {
      video: [3, clipFrames({ clip, ...config }), clip.frameSize, clip.frameSize],
      audio: [1, spectrogram.melBands, spectrogram.columns],
    };
    this.rows = { video: crops, audio: 1 };
    for (const modality of modalities) {
      const values = clips * this.rows[modality] * product(this.shapes[modality]);
      if (asked.includes(modality)) this.data[modality] = new Float32Array(values);
    }
  }

  /** Number of clips added so far. */
  get clips(): number {
    return this.filled;
  }

  push(views: ClipViews): void {
    for (const modality of modalities) {
      views[modality].forEach((view, i) => {
        this.data[modality]?.set(view, (this.filled * this.rows[modality] + i) * view.length);
      });
    }
    this.filled++;
  }

  /**
   * `[B V, 3, T, S, S]` or `[B, 1, M, C]` of the clips added so far; null if the modality was not requested.
   */
  array(modality: Modality): NdArray | null {
    const data = this.data[modality];
    if (!data) return null;
    const rows = this.filled * this.rows[modality];
    const size = rows * product(this.shapes[modality]);
    const filled = size === data.length ? data : data.slice(0, size);
    return { data: filled, shape: [rows, ...this.shapes[modality]] };
  }
}

function product(shape: readonly number[]): number {
  return shape.reduce((values, length) => values * length, 1);
}
