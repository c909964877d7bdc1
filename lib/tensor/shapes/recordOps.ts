import { leavesOf } from '../graph/tree';
import { listenToStages } from '../stage';
import { tf } from '../native';
import { currentPart, inPart } from '../parts';
import type { OpArguments } from './shapeRules';
import { withShapes } from './shapesBackend';

/** A call of an op, with the shapes of what it takes and gives. Tensors with equal `dataId` share their values. */
export interface RecordedOp {
  readonly op: string;
  readonly args: OpArguments;
  readonly inputs: readonly tf.TensorInfo[];
  readonly outputs: readonly tf.TensorInfo[];
  /** Part of the computation; the gradient of an op belongs to the op's part. */
  readonly part: string;
  /** True if it is called after the forward pass has ended. */
  readonly isBackward: boolean;
}

/** Makes an input of a recorded function. */
export type MakeInput = (shape: readonly number[], dtype?: tf.DataType) => tf.Tensor;

/**
 * Records the ops of a function of tensors, with the project's own ops, and computes nothing. Ops whose outputs contribute
 * to no result are left out, as in a graph.
 *
 * @param body gets a function that makes its inputs; returns a tree of tensors
 */
export function recordOps(body: (input: MakeInput) => unknown): RecordedOp[] {
  const ops: RecordedOp[] = [];
  const needed = new Set<object>();
  let isBackward = false;
  withShapes(
    (op, args, inputs, outputs) => ops.push({ op, args, inputs, outputs, part: currentPart(), isBackward }),
    (backend) => {
      const input: MakeInput = (shape, dtype = 'float32') =>
        backend.tensor(backend.describe({ shape: [...shape], dtype }));
      const endForward = () => (isBackward = true);
      const results = listenToStages({ endStage: () => undefined, endForward }, () =>
        withPartsOfGradients(() => body(input)),
      );
      leavesOf(results).forEach(({ dataId }) => needed.add(dataId));
    },
  );
  const contributing = ops.reverse().filter(({ inputs, outputs }) => {
    const isNeeded = outputs.some(({ dataId }) => needed.has(dataId));
    if (isNeeded) inputs.forEach(({ dataId }) => needed.add(dataId));
    return isNeeded;
  });
  return contributing.reverse();
}

/** The part of tfjs's engine that notes how to differentiate an op; the package's types omit it. */
interface TapeKeeper {
  addTapeNode(...args: unknown[]): void;
  readonly state: { readonly activeTape: TapeNode[] };
}

interface TapeNode {
  /** Returns, for each input, a function that computes its gradient. */
  gradient?: (upstream: unknown) => Record<string, () => tf.Tensor>;
}

/** While a function runs, the gradient of an op is computed in the part in which the op was called. */
function withPartsOfGradients<T>(body: () => T): T {
  const engine = tf.engine() as unknown as TapeKeeper;
  const { addTapeNode } = engine;
  engine.addTapeNode = (...args) => {
    addTapeNode.apply(engine, args);
    const part = currentPart();
    const node = engine.state.activeTape.at(-1)!;
    const { gradient } = node;
    if (gradient === undefined) return;
    node.gradient = (upstream) => {
      const gradients = Object.entries(inPart(part, () => gradient(upstream)));
      return Object.fromEntries(gradients.map(([name, compute]) => [name, () => inPart(part, compute)]));
    };
  };
  try {
    return body();
  } finally {
    Reflect.deleteProperty(engine, 'addTapeNode');
  }
}
