import seedrandom from 'seedrandom';

type AleaState = seedrandom.State.Alea;

/** State of a stream, from which `RandomStream.restore` continues it. */
export interface RandomState {
  readonly key: string;
  readonly alea: AleaState;
}

/**
 * A seeded stream of random draws (Alea generator). Streams are split by name: draws by one consumer never affect another,
 * and `stream.split('mask', step)` is the same stream at every call.
 *
 * @example
 * ```ts
 * import { RandomStream } from 'xkd';
 *
 * const stream = RandomStream.fromSeed(7);
 * const first = stream.split('mask', 0).permutation(4);
 * stream.uniform(); // Draws from the stream itself do not affect its parts.
 * const again = stream.split('mask', 0).permutation(4);
 * console.log(first.join() === again.join()); // true
 * ```
 */
export class RandomStream {
  private constructor(
    private readonly key: string,
    private seeded: seedrandom.StatefulPRNG<AleaState> | null = null,
  ) {}

  /** @param seed any number or string; equal seeds give equal streams */
  static fromSeed(seed: number | string): RandomStream {
    return new RandomStream(String(seed));
  }

  static restore(state: RandomState): RandomStream {
    return new RandomStream(state.key, seedrandom.alea('', { state: state.alea }));
  }

  /** Seeded at the first draw: most streams are only split. */
  private get generator(): seedrandom.StatefulPRNG<AleaState> {
    return (this.seeded ??= seedrandom.alea(this.key, { state: true }));
  }

  /** An independent stream with a name below this one. It does not depend on previous draws. */
  split(...names: (string | number)[]): RandomStream {
    return RandomStream.fromSeed([this.key, ...names].join('/'));
  }

  state(): RandomState {
    return { key: this.key, alea: this.generator.state() };
  }

  /** A uniform draw from [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * this.generator();
  }

  /** An integer draw from [low, high). */
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
