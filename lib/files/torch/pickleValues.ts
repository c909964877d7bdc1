import type { StoredType } from '../tensors/safetensorsHeader';
import type { OpaqueObject, UnreadableTensor } from './opaque';

/**
 * Values that a pickle of weights can hold. Lists become arrays, tuples frozen arrays, and dicts of any kind
 * Maps.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | readonly PickleValue[]
  | PickleDict
  | PickleGlobal
  | StorageRef
  | TensorRef
  | NumpyType
  | OpaqueObject
  | UnreadableTensor
  | Marker;

export class PickleDict extends Map<PickleValue, PickleValue> {}

/** A name of Python code; it stands only for itself and is never looked up. */
export class PickleGlobal {
  constructor(readonly name: string) {}
}

/** Values in the file that tensors are views of. */
export interface StorageArgs {
  readonly key: string;
  readonly dtype: StoredType;
  /** Number of values in the whole record. */
  readonly recordSize: number;
  /**
   * The part of the record that the storage covers: all of it, except in old files with views of storages.
   */
  readonly start: number;
  readonly size: number;
}

export class StorageRef implements StorageArgs {
  readonly key: string;
  readonly dtype: StoredType;
  readonly recordSize: number;
  readonly start: number;
  readonly size: number;

  constructor({ key, dtype, recordSize, start, size }: StorageArgs) {
    this.key = key;
    this.dtype = dtype;
    this.recordSize = recordSize;
    this.start = start;
    this.size = size;
  }
}

/** A view of a storage; offset and strides count values. The view lies entirely inside the storage. */
export class TensorRef {
  constructor(
    readonly storage: StorageRef,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

/** numpy's description of a number; needed for scalars such as a best accuracy. */
export class NumpyType {
  constructor(
    readonly kind: string,
    public littleEndian = true,
  ) {}
}

/** A known value that weights do not need, such as a device. */
export class Marker {
  constructor(readonly text: string) {}
}
