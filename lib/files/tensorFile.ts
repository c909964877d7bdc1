import type { StoredType } from './safetensorsHeader';
import type { TensorType, TensorValues } from './tensorCodec';

/** A tensor as it is read from a file. */
export interface StoredTensor {
  readonly dtype: TensorType;
  readonly shape: readonly number[];
  readonly data: TensorValues;
}

/** What a file says of a tensor before it is read. */
export interface TensorInfo {
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  /** Bytes of its values, which may lie in the file only once for several tensors. */
  readonly byteLength: number;
}

/** A file of named tensors, open for reading tensor by tensor. */
export interface TensorFile {
  readonly path: string;
  /** In words, such as `safetensors` or `PyTorch, zip`. */
  readonly format: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Which state dict of the file this is, such as `teacher`, where it stands in a dict. */
  readonly stateDict: string | null;
  /** Further ones, which can be chosen instead. */
  readonly otherStateDicts: readonly string[];
  /** In the order of the file. */
  names(): string[];
  has(name: string): boolean;
  /** @throws UserError where there is no such tensor */
  entry(name: string): TensorInfo;
  /** Names of one group hold the same values, which the file stores once. */
  storageOf(name: string): string;
  /** Whether the file has hashes or checksums with which its values can be compared. */
  readonly hashed: boolean;
  /**
   * Reads everything and compares it with the hashes, where there are any.
   *
   * @param onBytes is told how many bytes of how many are read
   * @throws UserError naming what has changed
   */
  check(onBytes?: (done: number, total: number) => void): void;
  /** Reads one tensor; 64 and 16 bit floats become float32, other whole numbers int32. */
  read(name: string): StoredTensor;
  close(): void;
}
