import { hostname } from 'node:os';
import { type MpiAddon, type NativeRanks, mpiAddon, mpiChoice } from '@tensorflow/tfjs-node/mpi';
import { UserError } from '../errors';
import { type Launched } from './launched';
import { decodeText, encodeText } from './texts';

/** A rank has failed. All ranks learn it; one of them tells it. */
export class RankFailure extends UserError {
  constructor(
    sentence: string,
    /** True for the rank that tells it. */
    readonly isTold: boolean,
  ) {
    super(sentence);
  }
}

/** Without a sign of life for so long, a rank counts as lost [s]. */
const silenceSeconds = 10;
const hostBytes = 64;

/**
 * The processes of a run (ranks), joined by MPI. They exchange bytes of lengths that all know beforehand; whatever is
 * received is numbers, or text that is only shown.
 */
export class World {
  private constructor(
    private readonly addon: MpiAddon,
    readonly rank: number,
    readonly size: number,
    /** Name and version of the MPI library. */
    readonly mpi: string,
    /** For the ops of a graph. */
    readonly functions: NativeRanks,
    private hosts: readonly string[],
  ) {}

  /**
   * Joins the other processes. Once per process.
   *
   * @throws UserError if there is no MPI, or the launcher belongs to another one
   */
  static async join({ rank, size }: Launched, env: NodeJS.ProcessEnv = process.env): Promise<World> {
    const addon = mpiAddon();
    const library = mpiChoice()?.library;
    if (addon === null || library === undefined)
      throw new UserError(
        'This process was started as one of several, but there is no MPI to join them: run "npx xkd" instead of its main file, or set XKD_MPI to an MPI with the standard binary interface.',
      );
    const opened = opening(() => addon.open(library, Number(env.XKD_SILENCE_SECONDS) || silenceSeconds));
    if (opened.size !== size || opened.rank !== rank)
      throw new UserError(
        `The launcher says that this is process ${rank} of ${size}, and "${library}" (${opened.version}) that it is ${opened.rank} of ${opened.size}: start the processes with the mpiexec of this MPI, or set XKD_MPI to the launcher's.`,
      );
    const world = new World(addon, rank, size, opened.version, opened.functions, []);
    const hosts = await world.exchange(encodeText(hostname(), hostBytes));
    world.hosts = hosts.map(decodeText);
    return world;
  }

  /** True for rank 0, which prints and writes. */
  get isFirst(): boolean {
    return this.rank === 0;
  }

  /** The bytes of every rank, in their order; they give equally many. @throws RankFailure */
  async exchange(bytes: Uint8Array): Promise<Uint8Array[]> {
    const all = await this.guarded(() => this.addon.exchange(bytes));
    const { length } = bytes;
    return Array.from({ length: this.size }, (_, i) => new Uint8Array(all, i * length, length));
  }

  /** Overwrites values with those of rank 0. @throws RankFailure */
  async broadcast<T extends Float32Array | Int32Array | Float64Array | Uint8Array>(values: T): Promise<T> {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    // MPI counts bytes in 31 bits.
    for (let from = 0; from < bytes.length; from += largest) {
      const part = bytes.subarray(from, from + largest);
      part.set(new Uint8Array(await this.guarded(() => this.addon.broadcast(part))));
    }
    return values;
  }

  /** Numbers of every rank. */
  async exchangeNumbers(numbers: readonly number[]): Promise<Float64Array[]> {
    const given = Float64Array.from(numbers);
    const all = await this.exchange(new Uint8Array(given.buffer));
    return all.map((bytes) => new Float64Array(bytes.slice().buffer));
  }

  /** Time in which steps have waited for other ranks [s]. */
  get waitedSeconds(): number {
    return this.addon.waitedSeconds();
  }

  /** A rank, for messages. */
  nameOf(rank: number): string {
    return `rank ${rank} on ${this.hosts[rank] ?? 'an unknown machine'}`;
  }

  /** The error that stands for a rank's failure, if one has failed. */
  get failure(): RankFailure | null {
    const failed = this.addon.failure();
    if (failed === null) return null;
    // Rank 0 tells; if it is the one that is lost, the next.
    const isTold = failed.rank === 0 && this.rank !== 0 ? this.rank === 1 : this.isFirst;
    return new RankFailure(`${this.nameOf(failed.rank)} failed: ${withoutStop(failed.sentence)}.`, isTold);
  }

  /** Ends the run on all ranks because this one can't go on. */
  fail(sentence: string): void {
    this.addon.fail(decodeText(encodeText(sentence, 470)));
  }

  /** Waits for all ranks and leaves MPI. Nothing can be exchanged afterwards. */
  async leave(): Promise<void> {
    await this.exchange(Uint8Array.of(0));
    this.addon.end();
  }

  private async guarded<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw this.failure ?? error;
    }
  }
}

const largest = 2 ** 30;

function opening<T>(open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw new UserError(
      `${withoutStop((error as Error).message)}: check the MPI that XKD_MPI or the launcher names.`,
    );
  }
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
