declare module 'fft.js' {
  /** Fast Fourier transform of a fixed size, a power of two. */
  class FFT {
    constructor(size: number);
    /** Interleaved complex numbers: space for `size` of them. */
    createComplexArray(): number[];
    /** Spectrum of real values; only bins 0 to size / 2 are filled. */
    realTransform(out: ArrayLike<number>, data: ArrayLike<number>): void;
  }
  export = FFT;
}
