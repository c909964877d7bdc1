import { closeSync, openSync, readSync } from 'node:fs';

/** What a file holds, as far as its first bytes tell. */
export type HeadKind = 'video' | 'audio';

interface Signature {
  readonly kind: HeadKind;
  /** By the position of their first byte. */
  readonly bytes: Readonly<Record<number, string>>;
}

/** Of containers that are known by their first bytes; text as latin1. */
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
/** With the time of 4 bytes that cameras put before each. */
const timedPacketBytes = transportPacketBytes + 4;
/** So many in a row are no chance where a recording was cut within a packet. */
const packetsInRow = 5;
const headBytes = (packetsInRow + 1) * timedPacketBytes;

/** What a file is by its first bytes; null where they tell nothing, or it cannot be read. */
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
 * Whether a file begins with the packets of an MPEG transport stream, also where it was cut within one; whoever opens it
 * says why it cannot be read.
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

/** The first bytes, followed by zeros where there are fewer; null where it cannot be read. */
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
