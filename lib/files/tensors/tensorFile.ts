import type { StoredType } from './safetensorsHeader';
import type { TensorType, TensorValues } from './tensorCodec';

/** A tensor read from a file. */
export interface StoredTensor {
  readonly dtype: TensorType;
  readonly shape: readonly number[];
  readonly data: TensorValues;
}

/** Description of a tensor in a file, available without reading it. */
export interface TensorInfo {
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  /** Bytes of its values; several tensors may share them in the file. */
  readonly byteLength: number;
}

/** A file of named tensors, open for reading tensor by tensor. */
export interface TensorFile {
  readonly path: string;
  /** Name of the format, such as `safetensors` or `PyTorch, zip`. */
  readonly format: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Path of this state dict in the file, such as `teacher`, if it is nested in a dict. */
  readonly stateDict: string | null;
  /** Other state dicts that can be selected instead. */
  readonly otherStateDicts: readonly string[];
  /** Names in file order. */
  names(): string[];
  has(name: string): boolean;
  /** @throws UserError if there is no such tensor */
  entry(name: string): TensorInfo;
  /**
   * Identifies the storage of a tensor: names with equal results share values, which the file stores once.
   */
  storageOf(name: string): string;
  /** True if the file has hashes or checksums against which its values can be verified. */
  readonly hashed: boolean;
  /**
   * Reads everything and verifies it against the hashes, if there are any.
   *
   * @param onBytes called with the number of bytes read and the total
   * @throws UserError naming what has changed
   */
  check(onBytes?: (done: number, total: number) => void): void;
  /** Reads one tensor; 64-bit and 16-bit floats become float32, other integers int32. */
  read(name: string): StoredTensor;
  close(): void;
}
