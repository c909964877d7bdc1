/**
 * Separable Gaussian blur of square frames with reflected edges. The kernel has `2 floor(S / 20) + 1` taps,
 * as in the authors' release.
 */
export class Blur {
  private readonly kernel: Float32Array;
  private readonly rows: Float32Array;

  /**
   * @param side S
   * @param sigma standard deviation [px]
   */
  constructor(
    private readonly side: number,
    sigma: number,
  ) {
    const radius = Math.floor(side / 20);
    const raw = Array.from({ length: 2 * radius + 1 }, (_, i) =>
      Math.exp(-0.5 * ((i - radius) / sigma) ** 2),
    );
    const total = raw.reduce((sum, value) => sum + value, 0);
    this.kernel = Float32Array.from(raw, (value) => value / total);
    this.rows = new Float32Array(side * side);
  }

  /** Blurs a frame `[3, S, S]` in place. */
  apply(frame: Float32Array): void {
    const plane = this.side * this.side;
    for (let channel = 0; channel < 3; channel++) {
      const values = frame.subarray(channel * plane, (channel + 1) * plane);
      this.pass(values, this.rows, this.side, 1);
      this.pass(this.rows, values, 1, this.side);
    }
  }

  /** Blurs along one axis: `along` is the distance between neighbours, `across` that between lines. */
  private pass(from: Float32Array, to: Float32Array, across: number, along: number): void {
    const { kernel, side } = this;
    const radius = (kernel.length - 1) / 2;
    for (let line = 0; line < side; line++) {
      for (let i = 0; i < side; i++) {
        let sum = 0;
        for (let tap = 0; tap < kernel.length; tap++) {
          let at = Math.abs(i + tap - radius);
          if (at >= side) at = 2 * (side - 1) - at;
          sum += kernel[tap] * from[line * across + at * along];
        }
        to[line * across + i * along] = sum;
      }
    }
  }
}
