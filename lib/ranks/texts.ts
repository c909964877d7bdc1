/** A text as a fixed number of bytes: cut if it is longer, never within a character. */
export function encodeText(text: string, bytes: number): Uint8Array {
  const encoded = new Uint8Array(bytes);
  new TextEncoder().encodeInto(text, encoded);
  return encoded;
}

/** Its inverse. Control characters, which could move a terminal's cursor, are replaced. */
export function decodeText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const text = new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
  return text.replace(/\p{Cc}/gu, '?');
}
