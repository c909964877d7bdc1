import type { NativeRanks } from './mpi';

/** A session; freed with the object, or by `close`. */
export interface NativeSession {
  readonly nativeSession: unique symbol;
}

/** TensorFlow's number of a type, and a shape; -1 is a size that is not known. */
export interface NativeDescription {
  readonly dtype: number;
  readonly shape: number[];
}

export interface NativeOp {
  readonly type: string;
  readonly name: string;
  /** Places; a list where the op takes one as a single input. */
  readonly inputs: readonly (string | readonly string[])[];
  /** Names of ops that are done before this one begins. */
  readonly controls: readonly string[];
  /** Values as `tensorflow.AttrValue` bytes. */
  readonly attributes: readonly { readonly name: string; readonly value: Uint8Array }[];
}

export interface NativeFeed extends NativeDescription {
  /** Place such as `Placeholder_3:0`. */
  readonly name: string;
  readonly values: Float32Array | Int32Array | Uint8Array;
}

export interface NativeRequest {
  readonly feeds: readonly NativeFeed[];
  readonly fetches: readonly string[];
  /** Ops that are run for their effect. */
  readonly targets: readonly string[];
  /** Whether to record what each op took. */
  readonly profile: boolean;
}

export interface NativeResult {
  readonly outputs: readonly (NativeDescription & { readonly values: ArrayBuffer })[];
  /** RunMetadata bytes. */
  readonly profile?: Uint8Array;
}

export interface GraphAddon {
  /** The ops of lib/native/kernels.c that are there. */
  readonly ops: readonly string[];
  createSession(config: Uint8Array): NativeSession;
  /** @returns types and shapes of the op's outputs */
  addOp(session: NativeSession, op: NativeOp): NativeDescription[];
  run(session: NativeSession, request: NativeRequest): NativeResult;
  runAsync(session: NativeSession, request: NativeRequest): Promise<NativeResult>;
  close(session: NativeSession): void;
  /** Lets ops exchange tensors with other processes. */
  connect(ranks: NativeRanks): void;
}

export function graphAddon(): GraphAddon | null;
