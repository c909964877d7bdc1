import {
  type GraphAddon,
  type NativeDescription,
  type NativeSession,
  graphAddon,
} from '@tensorflow/tfjs-node/graph';
import type { Attributes } from './attributes';
import { nativeError } from './nativeError';
import { type SessionSettings, configProto } from './sessionSettings';

/** Ops that start with a list input, with the number of single inputs after the list. */
const listOps: Readonly<Record<string, number>> = { ConcatV2: 1, Pack: 0, AddN: 0, Einsum: 0, Merge: 0 };

/** A tensor in a graph, such as `MatMul_12:0`. */
export type Place = string;

/** Name of the node that outputs this tensor. */
export function nodeOf(place: Place): string {
  return place.slice(0, place.indexOf(':'));
}

export interface NodeArgs {
  readonly op: string;
  readonly inputs?: readonly Place[];
  readonly attributes?: Attributes;
  /** Ops that must finish before this one starts. */
  readonly controls?: readonly string[];
}

/** A node of a graph. */
export interface Node {
  readonly name: string;
  /** Types and shapes of the outputs; -1 stands for a size that depends on values. */
  readonly outputs: readonly NativeDescription[];
}

export interface Feed {
  readonly place: Place;
  readonly dtype: number;
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array | Uint8Array;
}

export interface Request {
  readonly feeds: readonly Feed[];
  readonly fetches: readonly Place[];
  /** Ops that run for their side effects. */
  readonly targets?: readonly string[];
}

/** A tensor's values, as returned by a run. */
export interface Fetched {
  readonly dtype: number;
  readonly shape: number[];
  readonly values: ArrayBuffer;
}

/** True if graphs can run in this process: native TensorFlow and this project's addon are available. */
export function hasGraphs(): boolean {
  return graphAddon() !== null;
}

/** A native TensorFlow graph to which nodes are added one by one, and the session that runs it. */
export class GraphSession {
  private readonly addon: GraphAddon = graphAddon()!;
  private readonly session: NativeSession;
  private count = 0;
  /** Serialised `tensorflow.RunMetadata` of the latest run, if {@link profiling} is on. */
  profile: Uint8Array | null = null;
  profiling = false;

  constructor(settings: SessionSettings = {}) {
    this.session = this.addon.createSession(configProto(settings));
  }

  /**
   * Adds an op to the graph.
   *
   * @throws GraphError that names an op unknown to TensorFlow, or with invalid operands
   */
  addNode({ op, inputs = [], attributes = {}, controls = [] }: NodeArgs): Node {
    const name = `${op}_${this.count++}`; // so that TensorFlow's own errors name the op
    const listed = Object.entries(attributes).map(([key, value]) => ({ name: key, value: value.finish() }));
    try {
      const description = { type: op, name, inputs: nested(op, inputs), controls, attributes: listed };
      return { name, outputs: this.addon.addOp(this.session, description) };
    } catch (error) {
      throw nativeError(error);
    }
  }

  /** @throws GraphError */
  run(request: Request): readonly Fetched[] {
    try {
      return this.take(this.addon.run(this.session, this.native(request)));
    } catch (error) {
      throw nativeError(error);
    }
  }

  /** Asynchronous run, which doesn't block Node's event loop. The fed values are copied before it returns. */
  async runAsync(request: Request): Promise<readonly Fetched[]> {
    try {
      return this.take(await this.addon.runAsync(this.session, this.native(request)));
    } catch (error) {
      throw nativeError(error);
    }
  }

  dispose(): void {
    this.addon.close(this.session);
  }

  private native({ feeds, fetches, targets = [] }: Request) {
    const named = feeds.map(({ place, shape, ...rest }) => ({ name: place, shape: [...shape], ...rest }));
    return { feeds: named, fetches, targets, profile: this.profiling };
  }

  private take({
    outputs,
    profile,
  }: {
    outputs: readonly Fetched[];
    profile?: Uint8Array;
  }): readonly Fetched[] {
    this.profile = profile ?? null;
    return outputs;
  }
}

function nested(op: string, inputs: readonly Place[]): (Place | readonly Place[])[] {
  if (!(op in listOps)) return [...inputs];
  const singles = inputs.length - listOps[op];
  return [inputs.slice(0, singles), ...inputs.slice(singles)];
}
