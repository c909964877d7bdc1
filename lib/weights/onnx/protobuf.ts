/*
 * The few forms of protocol buffers that an ONNX file consists of (onnx.proto of version 1.12): numbers, texts and messages
 * in fields. Parts are kept apart until the file is written, so that weights are not copied.
 */

/** An encoded message as pieces in order. */
export type Message = readonly Uint8Array[];

const encoder = new TextEncoder();

/** Whole number, also negative. */
export function whole(field: number, value: number | bigint): Message {
  return [Uint8Array.from([...varint(BigInt(field) << 3n), ...varint(BigInt.asUintN(64, BigInt(value)))])];
}

/** Number in single precision. */
export function single(field: number, value: number): Message {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return [Uint8Array.from(varint((BigInt(field) << 3n) | 5n)), bytes];
}

export function text(field: number, value: string): Message {
  return message(field, [encoder.encode(value)]);
}

/** A message, or plain bytes, in a field of another. */
export function message(field: number, ...parts: readonly Message[]): Message {
  const content = parts.flat();
  const length = content.reduce((sum, piece) => sum + piece.byteLength, 0);
  return [Uint8Array.from([...varint((BigInt(field) << 3n) | 2n), ...varint(BigInt(length))]), ...content];
}

/** Seven bits at a time, the lowest first. */
function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return bytes;
}
