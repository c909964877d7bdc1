/** Reason for rejecting a pickle, as the end of a sentence. */
export class PickleError extends Error {}

/** Fetches bytes of a file; fewer than requested at its end. */
export type Fetch = (offset: number, length: number) => Uint8Array;

const blockBytes = 1 << 16;
/** Longest module or attribute name of a global. */
const longestLine = 256;

/**
 * Reads the bytes of a pickle in order, block by block, up to a limit: a pickle in the middle of a file
 * reveals its length only at its end.
 */
export class PickleInput {
  private block: Buffer = Buffer.alloc(0);
  private blockStart: number;
  private at = 0;

  constructor(
    private readonly fetch: Fetch,
    private readonly start: number,
    private readonly maxBytes: number,
  ) {
    this.blockStart = start;
  }

  /** Offset of the next byte. */
  get position(): number {
    return this.blockStart + this.at;
  }

  byte(): number {
    return this.take(1)[0];
  }

  uint16(): number {
    return this.take(2).readUInt16LE();
  }

  int32(): number {
    return this.take(4).readInt32LE();
  }

  uint32(): number {
    return this.take(4).readUInt32LE();
  }

  uint64(): number {
    const value = this.take(8).readBigUInt64LE();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new PickleError('it gives a length beyond all bounds');
    return Number(value);
  }

  float64(): number {
    return this.take(8).readDoubleBE();
  }

  /** An integer of `length` bytes, little-endian, two's complement. */
  long(length: number): number | bigint {
    if (length > 32) throw new PickleError(`it holds a whole number of ${length} bytes`);
    if (length === 0) return 0;
    const hex = Buffer.from(this.take(length)).reverse().toString('hex');
    const value = BigInt.asIntN(8 * length, BigInt(`0x${hex}`));
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  /** Text up to the end of the line. */
  line(): string {
    let text = '';
    for (let byte = this.byte(); byte !== 0x0a; byte = this.byte()) {
      if (text.length === longestLine) throw new PickleError('it names something in more than 256 letters');
      text += String.fromCharCode(byte);
    }
    return text;
  }

  text(length: number): string {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.take(length));
    } catch (error) {
      throw error instanceof PickleError ? error : new PickleError('it holds text that is not UTF-8');
    }
  }

  /** A view that is valid until the next call. */
  take(length: number): Buffer {
    if (this.position + length - this.start > this.maxBytes) {
      throw new PickleError(`it is cut off or longer than ${this.maxBytes} bytes`);
    }
    if (this.at + length > this.block.length) {
      const from = this.position;
      const bytes = this.fetch(from, Math.max(length, blockBytes));
      if (bytes.length < length) throw new PickleError('it is cut off');
      this.block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      this.blockStart = from;
      this.at = 0;
    }
    this.at += length;
    return this.block.subarray(this.at - length, this.at);
  }
}
