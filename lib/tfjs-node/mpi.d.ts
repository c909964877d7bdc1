/** Functions of the ranks for the ops of a graph; see `GraphAddon.connect`. */
export interface NativeRanks {
  readonly nativeRanks: unique symbol;
}

/** The addon of lib/native/mpi.c. Its errors have the code `RANK_FAILED` and the sentence of the rank that failed. */
export interface MpiAddon {
  open(
    library: string,
    silenceSeconds: number,
  ): {
    readonly rank: number;
    readonly size: number;
    readonly version: string;
    readonly functions: NativeRanks;
  };
  /** The bytes of all ranks, in their order; as many on each. */
  exchange(bytes: Uint8Array): Promise<ArrayBuffer>;
  /** The bytes of rank 0; as many on each. */
  broadcast(bytes: Uint8Array): Promise<ArrayBuffer>;
  /** Tells all ranks that this one has failed, in at most 479 bytes. */
  fail(sentence: string): void;
  failure(): { readonly rank: number; readonly sentence: string } | null;
  /** Time in which ops of a graph have waited for other ranks. */
  waitedSeconds(): number;
  end(): void;
}

export function mpiAddon(): MpiAddon | null;

export function mpiChoice(): { readonly library: string; readonly mpiexec: string | null } | null;
