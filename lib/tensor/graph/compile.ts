import { tf } from '../native';
import { hasGraphs } from './graphSession';
import { Program } from './program';
import type { Precision } from './rounding';
import { isSmall } from './sessionSettings';
import { type Residence, TracedFunction } from './tracedFunction';
import type { TraceSettings } from './traceSettings';
import { type TreeForm, flattenTree, hasForm, leavesOf, rebuildTree, treeForm } from './tree';

interface Compiled<Outputs> {
  readonly form: TreeForm;
  readonly traced: TracedFunction;
  /** Outputs of the trace. Their tensors are not used again. */
  readonly outputs: Outputs;
}

/**
 * Variable names by the paths of the inputs or outputs stored in them: `{ 'inputs/state': 'state' }` keeps every tensor
 * below `inputs.state` in a variable whose name starts with `state`.
 */
export type VariablePaths = Readonly<Record<string, string>>;

export interface CompileOptions<Inputs> {
  /** Default: the function's own. */
  readonly program?: Program;
  /** Inputs that stay in the program's variables. They are written there if the variables hold other values. */
  readonly reads?: VariablePaths;
  /**
   * Outputs that go to variables. Values are fetched when such a tensor is read. The tensors that represented the
   * variables before lose their values in the run.
   */
  readonly writes?: VariablePaths;
  /** Precision of matrix products; default: fp32. */
  readonly precision?: (inputs: Inputs) => Precision;
  /** See {@link TraceSettings}; default: true if the graph is large. */
  readonly savesMemory?: TraceSettings['savesMemory'];
}

/**
 * A pure function of tensors that is traced at its first call and runs as a native graph. It is traced again if a
 * shape, a name or a non-tensor value changes; variables then keep their values.
 *
 * Inputs and outputs are trees: objects, arrays and Maps of tensors. Numbers in them become constants of the graph, so
 * whatever changes between calls must be a tensor. If graphs are not available, the function runs eagerly.
 */
export class CompiledFunction<Inputs, Outputs> {
  private graphs: readonly Compiled<Outputs>[] = [];
  private readonly program: Program;
  /** The program's count of ended sessions when the graphs were traced. */
  private ended = 0;
  private traced = 0;

  constructor(
    private readonly compute: (inputs: Inputs) => Outputs,
    private readonly options: CompileOptions<Inputs> = {},
  ) {
    this.program = options.program ?? new Program();
  }

  /** Number of graphs traced so far. */
  get traces(): number {
    return this.traced;
  }

  call(inputs: Inputs): Outputs {
    if (!hasGraphs()) return this.compute(inputs);
    const { outputs, traced } = this.compiled(inputs);
    return rebuildTree(outputs, traced.run(leavesOf(inputs)).values());
  }

  /**
   * Asynchronous call, which doesn't block the event loop. The inputs stay unchanged until the returned function is
   * called. It creates the output tensors in the caller's scope.
   */
  async callAsync(inputs: Inputs): Promise<() => Outputs> {
    if (!hasGraphs()) return () => this.compute(inputs);
    const { outputs, traced } = this.compiled(inputs);
    const collect = await traced.runAsync(leavesOf(inputs));
    return () => rebuildTree(outputs, collect().values());
  }

  /** Frees the graphs and, if it is the function's own, the program. A later call traces again. */
  dispose(): void {
    this.graphs = [];
    if (this.options.program === undefined) this.program.dispose();
  }

  private compiled(inputs: Inputs): Compiled<Outputs> {
    this.dropEnded();
    const known = this.graphs.find(({ form }) => hasForm(inputs, form));
    if (known !== undefined) return known;
    const values = leavesOf(inputs).reduce((sum, { size }) => sum + size, 0);
    this.program.makeRoom(values);
    this.dropEnded();
    const compiled = this.trace(inputs, this.options.savesMemory ?? !isSmall(values));
    this.traced += 1;
    this.graphs = [compiled, ...this.graphs];
    return compiled;
  }

  /** Graphs end with their session, which may be shared by several functions. */
  private dropEnded(): void {
    if (this.ended === this.program.ended) return;
    this.graphs = [];
    this.ended = this.program.ended;
  }

  private trace(inputs: Inputs, savesMemory: boolean): Compiled<Outputs> {
    const { program, options } = this;
    let compiled!: Compiled<Outputs>;
    tf.tidy(() => {
      let outputs!: Outputs;
      const traced = TracedFunction.trace({
        program,
        inputs: flattenTree(inputs),
        reads: residence(options.reads),
        writes: residence(options.writes),
        settings: { precision: options.precision?.(inputs) ?? 'fp32', savesMemory },
        body: (standing) => flattenTree((outputs = this.compute(rebuildTree(inputs, standing.values())))),
      });
      compiled = { form: treeForm(inputs), traced, outputs };
    });
    return compiled;
  }
}

function residence(paths: VariablePaths = {}): Residence {
  const prefixes = Object.entries(paths);
  return {
    variableOf(path) {
      const found = prefixes.find(([prefix]) => isBelow(path, prefix));
      return found === undefined ? null : found[1] + path.slice(found[0].length);
    },
    has: (name) => prefixes.some(([, prefix]) => isBelow(name, prefix)),
  };
}

function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}
