import { closeSync, openSync, readSync } from 'node:fs';

/** Content of a file as recognised by its first bytes. */
export type HeadKind = 'video' | 'audio';

interface Signature {
  readonly kind: HeadKind;
  /** Keyed by the position of their first byte. */
  readonly bytes: Readonly<Record<number, string>>;
}

/** Signatures of containers recognised by their first bytes; text as latin1. */
const signatures: readonly Signature[] = [
  { kind: 'audio', bytes: { 4: 'ftypM4A ' } },
  { kind: 'audio', bytes: { 4: 'ftypM4B ' } },
  { kind: 'video', bytes: { 4: 'ftyp' } },
  { kind: 'video', bytes: { 4: 'moov' } },
  { kind: 'video', bytes: { 0: '\x1A\x45\xDF\xA3' } },
  { kind: 'video', bytes: { 0: 'RIFF', 8: 'AVI ' } },
  { kind: 'video', bytes: { 0: 'FLV\x01' } },
  { kind: 'video', bytes: { 0: '\x00\x00\x01\xBA' } },
  { kind: 'video', bytes: { 0: '\x30\x26\xB2\x75\x8E\x66\xCF\x11' } },
  { kind: 'audio', bytes: { 0: 'RIFF', 8: 'WAVE' } },
  { kind: 'audio', bytes: { 0: 'FORM', 8: 'AIF' } },
  { kind: 'audio', bytes: { 0: 'fLaC' } },
  { kind: 'audio', bytes: { 0: 'OggS' } },
  { kind: 'audio', bytes: { 0: 'ID3' } },
  { kind: 'audio', bytes: { 0: '#!AMR' } },
  { kind: 'audio', bytes: { 0: 'caff' } },
];

const syncByte = 0x47;
const transportPacketBytes = 188;
/** Includes the 4-byte time that cameras put before each packet. */
const timedPacketBytes = transportPacketBytes + 4;
/** This many packets in a row rule out a coincidence if a recording was cut within a packet. */
const packetsInRow = 5;
const headBytes = (packetsInRow + 1) * timedPacketBytes;

/** Kind of a file by its first bytes; null if they are not recognised or it cannot be read. */
export function kindByHead(path: string): HeadKind | null {
  const head = headOf(path);
  if (head === null) return null;
  if (isTransportHead(head)) return 'video';
  const text = head.toString('latin1');
  const found = signatures.find(({ bytes }) =>
    Object.entries(bytes).every(([at, wanted]) => text.startsWith(wanted, Number(at))),
  );
  return found?.kind ?? null;
}

/**
 * True if a file begins with packets of an MPEG transport stream, even if it was cut within one. Unreadable
 * files are reported when they are opened.
 */
export function isTransportStream(path: string): boolean {
  const head = headOf(path);
  return head === null || isTransportHead(head);
}

function isTransportHead(head: Buffer): boolean {
  const hasSyncs = (first: number, bytes: number, count: number): boolean =>
    Array.from({ length: count }, (_, i) => head[first + i * bytes]).every((byte) => byte === syncByte);
  if (hasSyncs(0, transportPacketBytes, 2) || hasSyncs(4, timedPacketBytes, 2)) return true;
  return [transportPacketBytes, timedPacketBytes].some((bytes) =>
    Array.from({ length: bytes }, (_, first) => first).some((first) => hasSyncs(first, bytes, packetsInRow)),
  );
}

/** The first bytes, zero-padded if there are fewer; null if the file cannot be read. */
function headOf(path: string): Buffer | null {
  const head = Buffer.alloc(headBytes);
  try {
    const file = openSync(path, 'r');
    try {
      readSync(file, head, 0, head.length, 0);
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
  return head;
}
