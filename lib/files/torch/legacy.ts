import type { RandomAccessFile } from '../randomAccessFile';
import { bytesPerValue } from '../tensors/safetensorsHeader';
import { storagesFrom } from './persistent';
import { PickleError, PickleInput } from './pickleInput';
import { unpickle } from './pickleMachine';
import { PickleDict, type PickleValue, type StorageRef } from './pickleValues';
import type { StoragePlace } from './storages';

/*
 * Files of torch.save before version 1.6, or with `_use_new_zipfile_serialization=False`. They hold five
 * pickles (a magic number, a protocol, the machine's properties, the object, the keys of its storages), and
 * then for each key the number of values (8 bytes) and the values.
 */

const magic = 119547037146038801333356n;
const protocol = 1001;
const opcodes = { protocol: 0x80, frame: 0x95, long: 0x8a } as const;
/** Number of leading bytes needed to recognise such a file. */
export const legacyStartBytes = 13;

/**
 * True if a file starts like a legacy file: with a pickle of a ten-byte integer, in a frame from protocol 4
 * on.
 */
export function isLegacy(start: Uint8Array): boolean {
  const version = start[1];
  if (start[0] !== opcodes.protocol || version < 2 || version > 5) return false;
  const at = start[2] === opcodes.frame ? 11 : 2;
  return start[at] === opcodes.long && start[at + 1] === 10;
}

/** Reads the object and the positions of its storages. */
export function readLegacy(
  file: RandomAccessFile,
  maxPickleBytes: number,
): { root: PickleValue; places: Map<string, StoragePlace>; bigEndian: boolean } {
  const fetch = (offset: number, length: number) =>
    new Uint8Array(file.read(offset, Math.max(0, Math.min(length, file.byteLength - offset))));
  let offset = 0;
  const storages = new Map<string, StorageRef>();
  const next = (): PickleValue => {
    const input = new PickleInput(fetch, offset, maxPickleBytes);
    const value = unpickle(input, storagesFrom(storages));
    offset = input.position;
    return value;
  };
  if (next() !== magic) throw new PickleError('its magic number is another one');
  if (next() !== protocol) throw new PickleError(`it is not of PyTorch's protocol ${protocol}`);
  const machine = next();
  const bigEndian = machine instanceof PickleDict && machine.get('little_endian') === false;
  const root = next();
  const keys = next();
  if (!Array.isArray(keys)) throw new PickleError('it does not list its storages');
  const places = new Map<string, StoragePlace>();
  for (const key of keys) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (storage === undefined) throw new PickleError('it lists a storage that no tensor uses');
    const size = sizeAt(file, offset, bigEndian);
    const byteLength = size * bytesPerValue[storage.dtype];
    if (size !== storage.recordSize || offset + 8 + byteLength > file.byteLength) {
      throw new PickleError(`storage "${storage.key}" should have ${storage.recordSize} values, but has not`);
    }
    places.set(storage.key, { offset: offset + 8, byteLength });
    offset += 8 + byteLength;
  }
  return { root, places, bigEndian };
}

function sizeAt(file: RandomAccessFile, offset: number, bigEndian: boolean): number {
  if (offset + 8 > file.byteLength) throw new PickleError('it ends before its values');
  const bytes = Buffer.from(file.read(offset, 8));
  return Number(bigEndian ? bytes.readBigInt64BE() : bytes.readBigInt64LE());
}
