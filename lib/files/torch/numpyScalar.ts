import { PickleError } from './pickleInput';
import { OpaqueObject } from './opaque';
import { NumpyType, type PickleValue } from './pickleValues';

/** Readers for one number of each numpy type. */
const readers: Readonly<Record<string, (bytes: DataView, little: boolean) => number | boolean | bigint>> = {
  f8: (bytes, little) => bytes.getFloat64(0, little),
  f4: (bytes, little) => bytes.getFloat32(0, little),
  i8: (bytes, little) => bytes.getBigInt64(0, little),
  u8: (bytes, little) => bytes.getBigUint64(0, little),
  u4: (bytes, little) => bytes.getUint32(0, little),
  u2: (bytes, little) => bytes.getUint16(0, little),
  i4: (bytes, little) => bytes.getInt32(0, little),
  i2: (bytes, little) => bytes.getInt16(0, little),
  i1: (bytes) => bytes.getInt8(0),
  u1: (bytes) => bytes.getUint8(0),
  b1: (bytes) => bytes.getUint8(0) !== 0,
};

/** `numpy.dtype('f8', ...)`. */
export function numpyType(args: readonly PickleValue[]): NumpyType | OpaqueObject {
  const kind = args[0];
  return typeof kind === 'string' && Object.hasOwn(readers, kind)
    ? new NumpyType(kind)
    : new OpaqueObject('numpy.dtype');
}

/** `scalar(dtype, bytes)`: one number. */
export function decodeNumpyScalar(args: readonly PickleValue[]): PickleValue {
  const [type, bytes] = args;
  if (type instanceof OpaqueObject) return new OpaqueObject('numpy.generic');
  if (
    !(type instanceof NumpyType) ||
    !(bytes instanceof Uint8Array) ||
    bytes.length !== Number(type.kind[1])
  ) {
    throw new PickleError('it gives a numpy value arguments that make no sense');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const value = readers[type.kind](view, type.littleEndian);
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
