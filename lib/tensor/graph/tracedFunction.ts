import { typeNumber } from '../backend';
import { tf } from '../native';
import type { Feed, Fetched, Place, Request } from './graphSession';
import { GraphError, GraphLimit } from './nativeError';
import type { Program } from './program';
import { TraceError } from './traceError';
import type { TraceSettings } from './traceSettings';
import { Tracer } from './tracer';
import { typeAttribute } from './attributes';
import { toTensor } from './values';
import type { Arrival, Variable } from './variables';

/** Tensors by path, in tree order. */
type TensorRecord = ReadonlyMap<string, tf.Tensor>;

/** Says which paths of a function's inputs and outputs are stored in variables, and under which names. */
export interface Residence {
  variableOf(path: string): string | null;
  /** True if a variable of this name may be one of them. */
  has(name: string): boolean;
}

interface Input {
  readonly path: string;
  /** The placeholder to feed, or the variable. */
  readonly at: Place | Variable;
}

interface Output {
  readonly path: string;
  readonly shape: number[];
  readonly dtype: tf.DataType;
  /** The tensor to fetch, or the variable to write. */
  readonly at: Place | Variable;
  /** True if the output is available after a run that stops at the first stage. */
  readonly early: boolean;
}

export interface TraceArgs {
  readonly program: Program;
  readonly inputs: TensorRecord;
  readonly reads: Residence;
  readonly writes: Residence;
  readonly settings: TraceSettings;
  /** The function; its inputs have no values. */
  readonly body: (inputs: readonly tf.Tensor[]) => TensorRecord;
}

/** A function of tensors that was traced once and runs as a native TensorFlow graph. */
export class TracedFunction {
  /** Outputs whose values are fetched. */
  private readonly fetched: readonly Output[];

  private constructor(
    private readonly program: Program,
    private readonly inputs: readonly Input[],
    private readonly outputs: readonly Output[],
    private readonly targets: readonly string[],
    private readonly written: ReadonlySet<Variable>,
  ) {
    this.fetched = outputs.filter(({ at }) => typeof at === 'string');
  }

  /** @throws TraceError that names what cannot be recorded */
  static trace({ program, inputs, reads, writes, settings, body }: TraceArgs): TracedFunction {
    const residents = new Map<string, Arrival>();
    for (const [path, tensor] of inputs) {
      const name = reads.variableOf(path);
      if (name === null) continue;
      residents.set(path, {
        variable: program.variables.variable(name, tensor),
        tensor,
        move: writes.has(name),
      });
    }
    // Before the body is traced, because the first run of each set of ops takes longer the larger the graph is.
    program.variables.push([...residents.values()]);
    let changeCount: string | null = null;
    const noteChange = (): string => (changeCount ??= program.countChange(tracer));
    const tracer = new Tracer(program.session, settings, noteChange);
    const readers = new Map<Variable, string>();
    const standing: tf.Tensor[] = [];
    const places = [...inputs].map(([path, tensor]): Input => {
      const arrival = residents.get(path);
      if (arrival !== undefined) {
        const { variable, move } = arrival;
        const { tensor: read, node } = tracer.addRead(variable.handle, tensor, move);
        readers.set(variable, node);
        standing.push(read);
        return { path, at: variable };
      }
      const { tensor: fed, place } = tracer.addInput(tensor);
      standing.push(fed);
      return { path, at: place };
    });
    const results = tracer.run(() => body(standing));
    const written: Variable[] = [];
    const outputs = [...results].map(([path, tensor]): Output => {
      const name = writes.variableOf(path);
      const { shape, dtype } = tensor;
      const early = tracer.isEarly(tracer.placeOf(tensor));
      if (name === null) return { path, shape, dtype, at: tracer.addOutput(tensor), early };
      const variable = program.variables.variable(name, tensor);
      written.push(variable);
      return { path, shape, dtype, at: variable, early: false };
    });
    for (const { path, at } of places) {
      const taker = typeof at === 'string' || written.includes(at) ? null : tracer.takerOf(at.handle);
      if (taker !== null)
        throw new TraceError(
          `The op ${taker} replaces "${path}" in its own memory, and the traced function gives no new value for it.`,
        );
    }
    if (written.length > 0 && !tracer.staged) tracer.endStage();
    const targets = outputs.flatMap(({ path, at }) => {
      if (typeof at === 'string') return [];
      // The previous value of a variable is read before it changes.
      const reader = readers.get(at);
      const attributes = { dtype: typeAttribute(typeNumber(at.dtype)) };
      const place = tracer.placeOf(results.get(path)!);
      return tracer.addEffect('AssignVariableOp', [at.handle, place], reader ? [reader] : [], attributes);
    });
    if (targets.length > 0) targets.push(noteChange());
    const all =
      targets.length > 1 ? [program.session.addNode({ op: 'NoOp', controls: targets }).name] : targets;
    return new TracedFunction(program, places, outputs, all, new Set(written));
  }

  /** Runs the graph on new values of the same shapes. Inputs and outputs are in tree order. */
  run(inputs: readonly tf.Tensor[]): tf.Tensor[] {
    const request = this.prepare(inputs);
    let fetched: readonly Fetched[];
    try {
      fetched = this.program.session.run(request);
    } catch (error) {
      return this.recover(error, request, inputs);
    }
    return this.collect(fetched);
  }

  /** Asynchronous run, which doesn't block the event loop. The returned function creates the output tensors. */
  async runAsync(inputs: readonly tf.Tensor[]): Promise<() => tf.Tensor[]> {
    const request = this.prepare(inputs);
    const { variables, session } = this.program;
    variables.busy = this.targets.length > 0;
    try {
      const fetched = await session.runAsync(request);
      return () => this.collect(fetched);
    } catch (error) {
      return () => this.recover(error, request, inputs);
    } finally {
      variables.busy = false;
    }
  }

  private prepare(inputs: readonly tf.Tensor[]): Request {
    const feeds: Feed[] = [];
    this.program.startCount();
    if (this.targets.length > 0) this.program.variables.forget();
    const arrivals: Arrival[] = [];
    this.inputs.forEach(({ at }, i) => {
      const tensor = inputs[i];
      if (typeof at === 'string') {
        const values = tensor.dataSync() as Float32Array;
        feeds.push({ place: at, dtype: typeNumber(tensor.dtype), shape: tensor.shape, values });
      } else if (at.holds !== tensor.dataId) {
        arrivals.push({ variable: at, tensor, move: this.written.has(at) });
      }
    });
    this.program.variables.push(arrivals);
    return { feeds, fetches: this.fetched.map(({ at }) => at as Place), targets: this.targets };
  }

  private collect(fetched: readonly Fetched[]): tf.Tensor[] {
    const { variables } = this.program;
    if (this.targets.length > 0) this.program.changes += 1;
    const values = fetched[Symbol.iterator]();
    return this.outputs.map(({ at }) =>
      typeof at === 'string' ? toTensor(values.next().value as Fetched) : variables.renew(at),
    );
  }

  /**
   * Called after a failed run. If a loss was not finite, nothing was changed: the variables keep the given tensors, and
   * the other outputs tell what is wrong.
   */
  private recover(error: unknown, request: Request, inputs: readonly tf.Tensor[]): tf.Tensor[] {
    const { program } = this;
    if (this.written.size > 0 && program.hasChanged()) {
      program.variables.lose(this.written);
      const { code, message } = error as GraphError | GraphLimit;
      const Kind = error instanceof GraphLimit ? GraphLimit : GraphError;
      throw new Kind(code, `${message} What it was writing at that moment is lost.`);
    }
    if (!(error instanceof GraphError && /not finite/.test(error.message))) throw error;
    const early = this.fetched.filter((output) => output.early);
    const fetches = early.map(({ at }) => at as Place);
    const fetched = program.session.run({ feeds: request.feeds, fetches });
    const told = new Map(early.map((output, i) => [output, toTensor(fetched[i])]));
    const unchanged = (variable: Variable) => inputs[this.inputs.findIndex(({ at }) => at === variable)];
    return this.outputs.map((output) => {
      const { at, shape, dtype } = output;
      const known = typeof at === 'string' ? told.get(output) : unchanged(at);
      return known ?? tf.zeros(shape, dtype as 'float32');
    });
  }
}
