/*
 * Protocol on the socket between a client and an ffmpeg host. The client sends one command as a line of JSON.
 * The host answers with messages: kind (1 byte), length (4 bytes, little-endian), and that many bytes.
 */

/** Kinds of messages; those from `firstOutput` on carry bytes of output 0, 1... */
export const messageKind = { log: 0, end: 1, firstOutput: 2 } as const;

/** JSON payload of the message `end`. */
export interface EndMessage {
  readonly exitCode: number | null;
  readonly failure: { readonly message: string; readonly code?: string } | null;
}

const headerBytes = 5;

export function encodeMessage(kind: number, bytes: Uint8Array): Buffer[] {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt8(kind, 0);
  header.writeUInt32LE(bytes.length, 1);
  return [header, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)];
}

/** Parses a stream of messages; bytes of outputs are passed on before their message is complete. */
export class MessageReader {
  private readonly header = Buffer.alloc(headerBytes);
  private headerFilled = 0;
  private missing = 0;
  private held: Buffer[] = [];

  constructor(private readonly onMessage: (kind: number, bytes: Buffer) => void) {}

  push(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.headerFilled < headerBytes) {
        const copied = bytes.copy(this.header, this.headerFilled, at);
        const used = Math.min(copied, headerBytes - this.headerFilled);
        this.headerFilled += used;
        at += used;
        if (this.headerFilled === headerBytes) this.missing = this.header.readUInt32LE(1);
      } else {
        const part = bytes.subarray(at, at + this.missing);
        at += part.length;
        this.missing -= part.length;
        this.take(this.header.readUInt8(0), part);
      }
      if (this.headerFilled === headerBytes && this.missing === 0) this.headerFilled = 0;
    }
  }

  private take(kind: number, part: Buffer): void {
    if (kind >= messageKind.firstOutput) {
      this.onMessage(kind, part);
      return;
    }
    this.held.push(part);
    if (this.missing > 0) return;
    this.onMessage(kind, Buffer.concat(this.held));
    this.held = [];
  }
}
