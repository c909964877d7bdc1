import { PickleError } from './pickleInput';
import { NumpyType, type PickleValue } from './pickleValues';

/** How one number of each numpy type is read. */
const readers: Readonly<Record<string, (bytes: DataView, little: boolean) => number | boolean | bigint>> = {
  f8: (bytes, little) => bytes.getFloat64(0, little),
  f4: (bytes, little) => bytes.getFloat32(0, little),
  i8: (bytes, little) => bytes.getBigInt64(0, little),
  i4: (bytes, little) => bytes.getInt32(0, little),
  i2: (bytes, little) => bytes.getInt16(0, little),
  i1: (bytes) => bytes.getInt8(0),
  u1: (bytes) => bytes.getUint8(0),
  b1: (bytes) => bytes.getUint8(0) !== 0,
};

/** `numpy.dtype('f8', ...)`. */
export function numpyType(args: readonly PickleValue[]): NumpyType {
  const kind = args[0];
  if (typeof kind !== 'string' || !Object.hasOwn(readers, kind)) {
    throw new PickleError(`it holds a numpy value of type ${JSON.stringify(String(kind))}`);
  }
  return new NumpyType(kind);
}

/** `scalar(dtype, bytes)`: one number. */
export function decodeNumpyScalar(args: readonly PickleValue[]): PickleValue {
  const [type, bytes] = args;
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
