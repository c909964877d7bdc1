import type { NodeBackend, OpAttribute, OpInput } from '../backend';
import { tf } from '../native';
import { type Described, type OpArguments, shapeRules } from './shapeRules';

/** Hears of every op that is called. */
export type OpListener = (
  op: string,
  args: OpArguments,
  inputs: readonly tf.TensorInfo[],
  outputs: readonly tf.TensorInfo[],
) => void;

/**
 * Backend whose tensors have a shape and a type, but no values: ops compute nothing. It takes tfjs's kernels and, like
 * native TensorFlow, ops by name, among them all of lib/native.
 */
class ShapesBackend extends tf.KernelBackend implements Partial<NodeBackend> {
  listener: OpListener = () => undefined;
  readonly hasEveryOp = true;
  // Attributes are told apart by their names, so their types need no values here.
  readonly binding = {} as NodeBackend['binding'];
  private readonly references = new WeakMap<object, number>();

  /** Outputs of an op. */
  call(op: string, args: OpArguments, inputs: readonly tf.TensorInfo[]): tf.TensorInfo[] {
    if (!(op in shapeRules))
      throw new Error(`There is no rule for the shapes of ${op} in shapeRules.ts; add one.`);
    const outputs = shapeRules[op](inputs as readonly Described[], args).map((output) =>
      this.describe(output),
    );
    this.listener(op, args, inputs, outputs);
    return outputs;
  }

  /** A tensor of this shape and type. */
  describe({ shape, dtype }: Described): tf.TensorInfo {
    return { dataId: this.write(), shape: [...shape], dtype };
  }

  executeSingleOutput(op: string, attributes: readonly OpAttribute[], inputs: readonly OpInput[]): tf.Tensor {
    return this.executeMultipleOutputs(op, attributes, inputs)[0];
  }

  executeMultipleOutputs(
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly OpInput[],
  ): tf.Tensor[] {
    const args = Object.fromEntries(attributes.map(({ name, value }) => [name, value]));
    return this.call(op, args, inputs as readonly tf.TensorInfo[]).map((output) => this.tensor(output));
  }

  tensor(info: tf.TensorInfo): tf.Tensor {
    return tf.engine().makeTensorFromTensorInfo(info, this);
  }

  override write(): object {
    const dataId = {};
    this.references.set(dataId, 1);
    return dataId;
  }

  override readSync(): never {
    throw new Error('A function whose shapes alone are recorded read the values of a tensor.');
  }

  override incRef(dataId: object): void {
    this.references.set(dataId, this.refCount(dataId) + 1);
  }

  override refCount(dataId: object): number {
    return this.references.get(dataId) ?? 0;
  }

  override disposeData(dataId: object): boolean {
    this.references.set(dataId, this.refCount(dataId) - 1);
    return this.refCount(dataId) <= 0;
  }

  override numDataIds(): number {
    return 0;
  }
}

const name = 'shapes';
let registered: ShapesBackend | null = null;

/** Runs a function of tensors on the backend of shapes, which hears its ops. */
export function withShapes(listener: OpListener, body: (backend: ShapesBackend) => void): void {
  tf.backend(); // Chooses one, if nothing has been computed yet.
  const before = tf.getBackend();
  const backend = (registered ??= register());
  backend.listener = listener;
  void tf.setBackend(name);
  try {
    tf.tidy(() => body(backend));
  } finally {
    backend.listener = () => undefined;
    void tf.setBackend(before);
  }
}

function register(): ShapesBackend {
  const backend = new ShapesBackend();
  const kernel = (kernelName: string, kernelFunc: tf.KernelFunc) =>
    tf.registerKernel({ kernelName, backendName: name, kernelFunc });
  for (const op of Object.keys(shapeRules)) {
    kernel(op, ({ inputs, attrs }) => {
      const outputs = backend.call(op, attrs ?? {}, Object.values(inputs) as tf.TensorInfo[]);
      return outputs.length === 1 ? outputs[0] : outputs;
    });
  }
  // The outputs of these share the values of their input.
  const share = (x: tf.TensorInfo, shape: number[]) => {
    backend.incRef(x.dataId);
    return { ...x, dataId: x.dataId, shape, dtype: x.dtype };
  };
  kernel('Identity', ({ inputs: { x } }) => share(x as tf.TensorInfo, (x as tf.TensorInfo).shape));
  kernel('Reshape', ({ inputs: { x }, attrs }) => {
    const from = x as tf.TensorInfo;
    const size = from.shape.reduce((product, length) => product * length, 1);
    return share(from, tf.util.inferFromImplicitShape(attrs!.shape as number[], size));
  });
  tf.registerBackend(name, () => backend, 0);
  return backend;
}
