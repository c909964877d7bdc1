/** Memory for what is read of a clip. */
export interface ReadMemory {
  /** Bytes with a buffer of their own, from its start. */
  bytes(what: string, count: number): Buffer;
  samples(count: number): Float32Array;
}

/** New arrays each time. */
export const ownMemory: ReadMemory = {
  bytes: (_what, count) => Buffer.allocUnsafeSlow(count),
  samples: (count) => new Float32Array(count),
};

/** The same arrays each time, for a reader that is done with a clip before it reads the next one. */
export class ReusedMemory implements ReadMemory {
  private readonly buffers = new Map<string, ArrayBuffer>();

  bytes(what: string, count: number): Buffer {
    return Buffer.from(this.atLeast(what, count), 0, count);
  }

  samples(count: number): Float32Array {
    return new Float32Array(this.atLeast('samples', 4 * count), 0, count);
  }

  private atLeast(what: string, bytes: number): ArrayBuffer {
    const known = this.buffers.get(what);
    if (known !== undefined && known.byteLength >= bytes) return known;
    const larger = new ArrayBuffer(Math.ceil(1.5 * bytes));
    this.buffers.set(what, larger);
    return larger;
  }
}
