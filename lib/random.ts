import seedrandom from 'seedrandom';

type AleaState = seedrandom.State.Alea;

/** What `RandomStream.restore` needs to continue where a stream stood. */
export interface RandomState {
  readonly key: string;
  readonly alea: AleaState;
}

/**
 * A seeded stream of random draws (Alea generator). Streams are split by name: what one consumer draws never
 * moves another, and `stream.split('mask', step)` is the same stream whenever it is asked for.
 */
export class RandomStream {
  private constructor(
    private readonly key: string,
    private readonly generator: seedrandom.StatefulPRNG<AleaState>,
  ) {}

  /** @param seed any number or text; equal seeds give equal streams */
  static fromSeed(seed: number | string): RandomStream {
    const key = String(seed);
    return new RandomStream(key, seedrandom.alea(key, { state: true }));
  }

  static restore(state: RandomState): RandomStream {
    return new RandomStream(state.key, seedrandom.alea('', { state: state.alea }));
  }

  /** An independent stream, named under this one; does not depend on what was drawn before. */
  split(...names: (string | number)[]): RandomStream {
    return RandomStream.fromSeed([this.key, ...names].join('/'));
  }

  state(): RandomState {
    return { key: this.key, alea: this.generator.state() };
  }

  /** A draw from [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * this.generator();
  }

  /** A whole number from [low, high). */
  integer(low: number, high: number): number {
    return low + Math.floor(this.generator() * (high - low));
  }

  bernoulli(probability: number): boolean {
    return this.generator() < probability;
  }

  /** A normal draw (Box-Muller). */
  normal(mean = 0, standardDeviation = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.generator()));
    return mean + standardDeviation * radius * Math.cos(2 * Math.PI * this.generator());
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.integer(0, choices.length)];
  }

  /** The numbers 0 to n - 1 in random order (Fisher-Yates). */
  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(0, i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }
}
