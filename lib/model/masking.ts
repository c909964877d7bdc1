import type { RandomStream } from '../random';

/*
 * B batch, L tokens, K kept tokens.
 */

/** Which tokens of each sample are kept, and where each token has gone. Whole numbers, row by row. */
export interface Mask {
  readonly batch: number;
  readonly tokens: number;
  readonly kept: number;
  /** Kept tokens in the order of their noise: `[B, K]`. */
  readonly keep: Int32Array;
  /** Place of each token when sorted by noise; below K means kept: `[B, L]`. */
  readonly rank: Int32Array;
}

/** One number in [0, 1) per token: `[B, L]` row by row. */
export function drawNoise(stream: RandomStream, batch: number, tokens: number): Float32Array {
  return Float32Array.from({ length: batch * tokens }, () => stream.uniform());
}

/**
 * Random masking (method section 3): each sample keeps the `round(L (1 - ratio))` tokens of smallest noise.
 *
 * @param noise `[B, L]` row by row
 * @param ratio share of tokens removed, in [0, 1)
 */
export function maskFromNoise(noise: Float32Array, batch: number, ratio: number): Mask {
  const tokens = noise.length / batch;
  const kept = keptTokens(tokens, ratio);
  const keep = new Int32Array(batch * kept);
  const rank = new Int32Array(batch * tokens);
  for (let b = 0; b < batch; b++) {
    const row = noise.subarray(b * tokens, (b + 1) * tokens);
    const order = Array.from(row.keys()).sort((i, j) => row[i] - row[j]);
    order.forEach((token, place) => (rank[b * tokens + token] = place));
    keep.set(order.slice(0, kept), b * kept);
  }
  return { batch, tokens, kept, keep, rank };
}

/** Tokens that stay at a mask ratio; half is rounded to the even number, as Python does. */
export function keptTokens(tokens: number, ratio: number): number {
  const exact = tokens * (1 - ratio);
  const below = Math.floor(exact);
  const rest = exact - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}

/** 1 where a token was removed, 0 where it was kept: `[B, L]`. */
export function removedTokens({ rank, kept }: Mask): Float32Array {
  return Float32Array.from(rank, (place) => (place < kept ? 0 : 1));
}

/** Removed tokens of each sample in the order of their noise: `[B, L - K]`. */
export function removedOrder({ batch, tokens, kept, rank }: Mask): Int32Array {
  const removed = new Int32Array(batch * (tokens - kept));
  rank.forEach((place, i) => {
    const sample = Math.floor(i / tokens);
    if (place >= kept) removed[sample * (tokens - kept) + place - kept] = i % tokens;
  });
  return removed;
}
