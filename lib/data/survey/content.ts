/** Size and rates of the inspected pictures and sound: enough to see whether anything moves. */
export const lookForm = { framesPerSecond: 8, shortSide: 32, sampleRateHz: 16000 } as const;

/**
 * Pictures are still if no value of a small picture differs from the first picture's by more than this [of
 * 255]. Codecs change a still picture by 12 at most (at 64 x 48 px; by 2 from 640 x 480), and visible motion
 * changes some values by more.
 */
const mostFlicker = 16;
/** Pictures are black if no value exceeds this [of 255], the residue of black after noise and codecs. */
const darkest = 16;
/** Below half a step of 16-bit samples, nothing was recorded: even the quietest microphone is louder. */
const quietest = 2 ** -16;
/**
 * Channels cancel if the power of their mean is less than this share of what unrelated channels would leave:
 * opposite channels leave nothing, and copies or unrelated ones far more.
 */
const leastMixShare = 0.1;

/** Inspects pictures of one size, one by one. */
export class PictureLook {
  private first: Uint8Array | null = null;
  private largestChange = 0;
  private largest = 0;

  push(pixels: Uint8Array): void {
    this.first ??= pixels.slice();
    for (let i = 0; i < pixels.length; i++) {
      const change = Math.abs(pixels[i] - this.first[i]);
      if (change > this.largestChange) this.largestChange = change;
      if (pixels[i] > this.largest) this.largest = pixels[i];
    }
  }

  get still(): boolean {
    return this.first !== null && !this.black && this.largestChange <= mostFlicker;
  }

  get black(): boolean {
    return this.first !== null && this.largest <= darkest;
  }
}

/** Largest absolute value of the samples. */
export function peakOf(samples: Float32Array): number {
  let peak = 0;
  for (const sample of samples) if (Math.abs(sample) > peak) peak = Math.abs(sample);
  return peak;
}

export function isSilent(peak: number): boolean {
  return peak < quietest;
}

/** @param channelPower mean square of all channels, and `mixPower` that of their mean */
export function isCancelling(levels: {
  readonly channels: number;
  readonly channelPower: number;
  readonly mixPower: number;
}): boolean {
  const { channels, channelPower, mixPower } = levels;
  return channels > 1 && mixPower < (leastMixShare * channelPower) / channels;
}
