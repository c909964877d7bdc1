import { tf } from '../native';
import { hasNativeOps } from '../runOp';
import { TracedFunction } from './tracedFunction';
import { flattenTree, rebuildTree, treeSignature } from './tree';

interface Compiled<Outputs> {
  readonly traced: TracedFunction;
  /** The outputs of the trace, kept for their form; their tensors are not used again. */
  readonly form: Outputs;
}

/**
 * A pure function of tensors that is traced at its first call and runs as one native graph afterwards. It is traced
 * anew when a shape, a name or a value other than a tensor changes.
 *
 * Inputs and outputs are trees: objects, arrays and Maps of tensors. Numbers in them are constants of the graph, so
 * what changes from call to call is given as a tensor. With the slower fallback backend the function just runs.
 */
export class CompiledFunction<Inputs, Outputs> {
  private readonly graphs = new Map<string, Compiled<Outputs>>();

  constructor(private readonly compute: (inputs: Inputs) => Outputs) {}

  /** Number of graphs traced so far. */
  get traces(): number {
    return this.graphs.size;
  }

  call(inputs: Inputs): Outputs {
    if (!hasNativeOps()) return this.compute(inputs);
    const signature = treeSignature(inputs);
    const { form, traced } = this.graphs.get(signature) ?? this.trace(signature, inputs);
    // The first call runs the graph as well: its figures must not depend on when a graph was traced.
    return rebuildTree(form, traced.run(flattenTree(inputs)));
  }

  /** Frees the native graphs; a later call traces again. */
  dispose(): void {
    this.graphs.forEach(({ traced }) => traced.dispose());
    this.graphs.clear();
  }

  private trace(signature: string, inputs: Inputs): Compiled<Outputs> {
    let compiled!: Compiled<Outputs>;
    tf.tidy(() => {
      let form!: Outputs;
      const traced = TracedFunction.trace(flattenTree(inputs), () => {
        form = this.compute(inputs);
        return flattenTree(form);
      });
      compiled = { traced, form };
    });
    this.graphs.set(signature, compiled);
    return compiled;
  }
}
