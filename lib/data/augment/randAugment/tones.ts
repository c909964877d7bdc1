/*
 * Operations that map each value of a channel to another, independently of its neighbours. Values equal
 * Pillow's.
 */

/** New value for each of the 256 values. */
export type ToneTable = Uint8ClampedArray;

/** Maps the smallest value to 0 and the largest to 255. */
export function autoContrastTable(channel: Uint8Array): ToneTable {
  let low = 255;
  let high = 0;
  for (const value of channel) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (high <= low) return table((value) => value);
  const scale = 255 / (high - low);
  return table((value) => Math.trunc(value * scale - low * scale));
}

/** Maps each value to the share of pixels below it. */
export function equaliseTable(channel: Uint8Array): ToneTable {
  const counts = new Int32Array(256);
  for (const value of channel) counts[value]++;
  const last = [...counts].filter((count) => count > 0).pop()!;
  const step = Math.floor((channel.length - last) / 255);
  if (step === 0) return table((value) => value);
  let below = Math.floor(step / 2);
  return table((value) => {
    const level = Math.floor(below / step);
    below += counts[value];
    return level;
  });
}

export const invertTable = (): ToneTable => table((value) => 255 - value);

export function posteriseTable(bits: number): ToneTable {
  const mask = 256 - 2 ** (8 - bits);
  return table((value) => value & mask);
}

export const solariseTable = (threshold: number): ToneTable =>
  table((value) => (value < threshold ? value : 255 - value));

export const solariseAddTable = (amount: number): ToneTable =>
  table((value) => (value < 128 ? value + amount : value));

/** Changes a channel in place. */
export function applyTable(channel: Uint8Array, tones: ToneTable): void {
  for (let i = 0; i < channel.length; i++) channel[i] = tones[channel[i]];
}

function table(tone: (value: number) => number): ToneTable {
  return Uint8ClampedArray.from({ length: 256 }, (_, value) => tone(value));
}
