import { tf } from './native';

/** Non-tensor argument of a backend call. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** A 64-bit scalar, which tfjs-node keeps outside its tensors. */
export interface Int64Scalar {
  readonly dtype: 'int64';
  /** Low and high word. */
  readonly valueArray: Int32Array;
}

export type OpInput = tf.TensorInfo | Int64Scalar;

/** Values of a constant in a graph. */
export type ConstantValues = Float32Array | Int32Array | Uint8Array;

/** The part of tfjs-node's backend that this project calls directly; the package's types omit it. */
export interface NodeBackend {
  executeSingleOutput(op: string, attributes: readonly OpAttribute[], inputs: readonly OpInput[]): tf.Tensor;
  executeMultipleOutputs(
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly OpInput[],
    outputs: number,
  ): tf.Tensor[];
  readSync(dataId: object): ConstantValues;
  /** Number of tensors that share the values. */
  refCount(dataId: object): number;
  write(values: ConstantValues, shape: number[], dtype: string): object;
  readonly binding: NodeBinding;
  /**
   * True if it takes the ops of lib/native wherever it runs: because it computes nothing, or has them in WebAssembly.
   */
  readonly hasEveryOp?: boolean;
  /** Product of two matrices, in WebAssembly only. */
  product?(a: tf.Tensor2D, b: tf.Tensor2D, transposeA: boolean, transposeB: boolean): tf.Tensor2D;
  getInputTensorIds(inputs: readonly OpInput[]): number[];
  createOutputTensor(metadata: OutputMetadata): tf.Tensor;
}

export interface OutputMetadata {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

export interface NodeBinding {
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_INT64: number;
  readonly TF_BOOL: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
}

export function nodeBackend(): NodeBackend {
  return tf.backend() as unknown as NodeBackend;
}

/**
 * Copies a tensor's values to TensorFlow's own memory now, instead of at first use, so that the source array can be
 * freed. In plain JavaScript the array itself is that memory.
 */
export function upload(tensor: tf.Tensor): void {
  const backend: Partial<NodeBackend> = nodeBackend();
  backend.getInputTensorIds?.([tensor]);
}

/** TensorFlow's number for a tfjs type. */
export function typeNumber(dtype: string): number {
  const { TF_FLOAT, TF_INT32, TF_INT64, TF_BOOL } = nodeBackend().binding;
  const numbers: Record<string, number> = {
    float32: TF_FLOAT,
    int32: TF_INT32,
    int64: TF_INT64,
    bool: TF_BOOL,
  };
  if (!(dtype in numbers)) throw new Error(`A graph cannot hold values of type ${dtype}.`);
  return numbers[dtype];
}
