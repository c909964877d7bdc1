/*
 * The parts of a tar archive (POSIX ustar). Each member is a header of one block, its bytes, and zeros up to
 * the next block; two blocks of zeros end the archive.
 */

/** Size of a block [bytes]. */
export const tarBlock = 512;
/** End of an archive. */
export const tarEnd = new Uint8Array(2 * tarBlock);
/** Largest member whose size fits into a header [bytes]. */
export const mostTarMemberBytes = 8 ** 11 - 1;

export interface TarMember {
  readonly name: string;
  readonly bytes: number;
}

/** Bytes that a member takes after its header, including the padding of its last block. */
export function tarPadded(bytes: number): number {
  return Math.ceil(bytes / tarBlock) * tarBlock;
}

/**
 * The header of a regular file without owner or date, so that equal content gives equal archives.
 *
 * @param name at most 99 ASCII characters
 */
export function tarHeader({ name, bytes }: TarMember): Buffer {
  if (!/^[\x21-\x7e]{1,99}$/.test(name)) throw new Error(`"${name}" is not a name for a member of a tar.`);
  if (bytes > mostTarMemberBytes) throw new Error(`${name} is too large for a tar: ${bytes} bytes.`);
  const header = Buffer.alloc(tarBlock);
  const put = (at: number, text: string): number => header.write(text, at, 'latin1');
  put(place.name, name);
  put(place.mode, '0000644\0');
  put(place.owner, '0000000\0');
  put(place.group, '0000000\0');
  put(place.size, `${bytes.toString(8).padStart(11, '0')}\0`);
  put(place.time, '00000000000\0');
  put(place.checksum, ' '.repeat(8));
  put(place.type, '0');
  put(place.magic, 'ustar\x0000');
  put(place.checksum, `${sumOf(header).toString(8).padStart(6, '0')}\0 `);
  return header;
}

/** Parses a header; null if it is not one or is damaged. */
export function parseTarHeader(header: Buffer): TarMember | null {
  if (header.length < tarBlock || header.toString('latin1', place.magic, place.magic + 5) !== 'ustar')
    return null;
  const stated = parseInt(header.toString('latin1', place.checksum, place.checksum + 6), 8);
  const blank = Buffer.from(header.subarray(0, tarBlock));
  blank.write(' '.repeat(8), place.checksum, 'latin1');
  if (stated !== sumOf(blank)) return null;
  const name = header.toString('latin1', place.name, place.name + 100).replace(/\0.*$/s, '');
  return { name, bytes: parseInt(header.toString('latin1', place.size, place.size + 11), 8) };
}

const place = {
  name: 0,
  mode: 100,
  owner: 108,
  group: 116,
  size: 124,
  time: 136,
  checksum: 148,
  type: 156,
  magic: 257,
} as const;

function sumOf(header: Buffer): number {
  return header.reduce((sum, byte) => sum + byte, 0);
}
