/** Writes a protobuf message field by field. Covers only what graphs, sessions and TensorBoard need of the format. */
export class Message {
  private readonly pieces: Buffer[] = [];

  /** An integer, a boolean or an enum. */
  integer(field: number, value: number | bigint): this {
    this.pieces.push(varint(field * 8), varint(value));
    return this;
  }

  /** A 32-bit floating-point number. */
  float(field: number, value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatLE(value);
    this.pieces.push(varint(field * 8 + 5), bytes);
    return this;
  }

  /** A 64-bit floating-point number. */
  double(field: number, value: number): this {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    this.pieces.push(varint(field * 8 + 1), bytes);
    return this;
  }

  /** Text, bytes or a nested message. */
  bytes(field: number, value: string | Uint8Array | Message): this {
    const bytes = value instanceof Message ? value.finish() : Buffer.from(value as Uint8Array);
    this.pieces.push(varint(field * 8 + 2), varint(bytes.length), bytes);
    return this;
  }

  /** Integers packed in one field. */
  integers(field: number, values: Iterable<number>): this {
    return this.bytes(field, Buffer.concat([...values].map((value) => varint(value))));
  }

  finish(): Buffer {
    return Buffer.concat(this.pieces);
  }
}

/** Seven bits per byte, lowest first; negative numbers as 64 bits. */
function varint(value: number | bigint): Buffer {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}
