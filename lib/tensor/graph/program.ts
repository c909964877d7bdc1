import { typeNumber } from '../backend';
import { tf } from '../native';
import { tensorAttribute, typeAttribute } from './attributes';
import { GraphSession } from './graphSession';
import { type SessionSettings, threadsFor } from './sessionSettings';
import type { Tracer } from './tracer';
import { type Variable, Variables } from './variables';

/** Maximum number of graphs in a session, because each takes memory of its own. One more starts a new session. */
const mostGraphs = 8;

/** A native session with its variables, shared by functions that work on the same state. */
export class Program {
  /** Number of runs that have changed variables. */
  changes = 0;
  /** Number of ended sessions; their graphs no longer exist. */
  ended = 0;
  private graphs = 0;
  /** Largest number of values read by the first graph of any session. */
  private values = 0;
  private counter: Variable | null = null;
  private opened: { session: GraphSession; variables: Variables } | null = null;

  constructor(private readonly settings: SessionSettings = {}) {}

  get session(): GraphSession {
    return this.open().session;
  }

  get variables(): Variables {
    return this.open().variables;
  }

  /**
   * To be called before a graph is traced. Ends a session that holds too many graphs; the values of its variables are
   * moved out.
   *
   * @param values number of values that the graph reads. The first graph determines the session's threads. A later
   *   session has no fewer, whatever its first graph, because sums depend on the number of threads to the last bit.
   */
  makeRoom(values: number): void {
    if (this.graphs === mostGraphs) this.dispose();
    this.graphs += 1;
    if (this.opened === null) this.values = Math.max(this.values, values);
    this.open({ ...threadsFor(this.values), ...this.settings });
  }

  /** Adds the op that counts the runs that began to change variables. */
  countChange(tracer: Tracer): string {
    if (this.counter === null) {
      this.counter = this.variables.variable('changes', { dtype: 'int32', shape: [] });
    }
    const type = typeNumber('int32');
    const attributes = { dtype: typeAttribute(type) };
    const one = this.session.addNode({
      op: 'Const',
      attributes: { ...attributes, value: tensorAttribute(type, [], Int32Array.of(1)) },
    }).name;
    return tracer.addEffect('AssignAddVariableOp', [this.counter.handle, `${one}:0`], [], attributes);
  }

  /** Sets the counter variable to the current count, before a first run. */
  startCount(): void {
    if (this.counter !== null && this.counter.holds === null)
      tf.tidy(() => {
        const tensor = tf.scalar(this.changes, 'int32');
        this.variables.push([{ variable: this.counter!, tensor, move: false }]);
      });
  }

  /** True if the latest run, which failed, had begun to change variables. */
  hasChanged(): boolean {
    const { values } = this.variables.fetch(this.counter!);
    const begun = new Int32Array(values)[0] > this.changes;
    this.changes = new Int32Array(values)[0];
    return begun;
  }

  /** Frees the session. The values of tensors that reside in it are moved out. */
  dispose(): void {
    this.opened?.variables.dispose();
    this.opened?.session.dispose();
    this.opened = this.counter = null;
    this.graphs = 0;
    this.ended += 1;
  }

  private open(settings = this.settings): { session: GraphSession; variables: Variables } {
    if (this.opened === null) {
      const session = new GraphSession(settings);
      this.opened = { session, variables: new Variables(session) };
    }
    return this.opened;
  }
}
