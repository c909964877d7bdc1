/** A tensor's values and shape in double precision. */
export interface Doubles {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

/** Attention and its gradient, computed from the definition in double precision. */
export interface ReferenceAttention {
  /** `[B, N, H, d]` */
  readonly out: Float64Array;
  /** Gradient of sum(out slope) `[B, N, 3, H, d]`. */
  readonly slope: Float64Array;
  /** The largest absolute score. */
  readonly largestScore: number;
}

/** @param qkv `[B, N, 3, H, d]`; @param slope `[B, N, H, d]` */
export function referenceAttention({ shape, values }: Doubles, slope: ArrayLike<number>): ReferenceAttention {
  const [batch, tokens, , heads, width] = shape;
  const out = new Float64Array(batch * tokens * heads * width);
  const gradient = new Float64Array(values.length);
  const factor = width ** -0.5;
  let largestScore = 0;
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      const at = (part: number, n: number) => (((b * tokens + n) * 3 + part) * heads + h) * width;
      const outAt = (n: number) => ((b * tokens + n) * heads + h) * width;
      for (let i = 0; i < tokens; i++) {
        const scores: number[] = [];
        const ofShares: number[] = []; // gradients of the softmax's values
        for (let j = 0; j < tokens; j++) {
          scores.push(factor * dot(values, at(0, i), values, at(1, j), width));
          ofShares.push(dot(slope, outAt(i), values, at(2, j), width));
        }
        const most = Math.max(...scores);
        largestScore = Math.max(largestScore, most, -Math.min(...scores));
        const weights = scores.map((score) => Math.exp(score - most));
        const total = weights.reduce((a, b) => a + b);
        const along = ofShares.reduce((sum, value, j) => sum + (weights[j] / total) * value, 0);
        for (let j = 0; j < tokens; j++) {
          const share = weights[j] / total;
          const ofScore = factor * share * (ofShares[j] - along);
          for (let c = 0; c < width; c++) {
            out[outAt(i) + c] += share * values[at(2, j) + c];
            gradient[at(0, i) + c] += ofScore * values[at(1, j) + c];
            gradient[at(1, j) + c] += ofScore * values[at(0, i) + c];
            gradient[at(2, j) + c] += share * slope[outAt(i) + c];
          }
        }
      }
    }
  }
  return { out, slope: gradient, largestScore };
}

function dot(a: ArrayLike<number>, atA: number, b: ArrayLike<number>, atB: number, width: number): number {
  let sum = 0;
  for (let c = 0; c < width; c++) sum += a[atA + c] * b[atB + c];
  return sum;
}
