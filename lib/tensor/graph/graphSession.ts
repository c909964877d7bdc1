import {
  type GraphAddon,
  type NativeDescription,
  type NativeSession,
  graphAddon,
} from '@tensorflow/tfjs-node/graph';
import type { Attributes } from './attributes';
import { nativeError } from './nativeError';
import { type SessionSettings, configProto } from './sessionSettings';

/** Ops whose first inputs are one list, and the number of single inputs after it. */
const listOps: Readonly<Record<string, number>> = { ConcatV2: 1, Pack: 0, AddN: 0, Einsum: 0, Merge: 0 };

/** A tensor's place in a graph, such as `MatMul_12:0`. */
export type Place = string;

/** The name of the node that a place belongs to. */
export function nodeOf(place: Place): string {
  return place.slice(0, place.indexOf(':'));
}

export interface NodeArgs {
  readonly op: string;
  readonly inputs?: readonly Place[];
  readonly attributes?: Attributes;
  /** Ops that are done before this one begins. */
  readonly controls?: readonly string[];
}

/** A node of a graph. */
export interface Node {
  readonly name: string;
  /** Types and shapes of its outputs; -1 stands for a size that depends on values. */
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
  /** Ops that are run for their effect. */
  readonly targets?: readonly string[];
}

/** A tensor's values as they come out of a run. */
export interface Fetched {
  readonly dtype: number;
  readonly shape: number[];
  readonly values: ArrayBuffer;
}

/** Whether graphs can be run in this process: native TensorFlow is there, and so is this project's addon. */
export function hasGraphs(): boolean {
  return graphAddon() !== null;
}

/** A native TensorFlow graph that grows node by node, and the session in which it is run. */
export class GraphSession {
  private readonly addon: GraphAddon = graphAddon()!;
  private readonly session: NativeSession;
  private count = 0;
  /** Bytes of `tensorflow.RunMetadata` of the latest run, where {@link profiling} is on. */
  profile: Uint8Array | null = null;
  profiling = false;

  constructor(settings: SessionSettings = {}) {
    this.session = this.addon.createSession(configProto(settings));
  }

  /**
   * Adds an op to the graph.
   *
   * @throws GraphError naming an op that TensorFlow does not have, or operands that it does not take
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

  /** The same beside Node's event loop, which stays free. The values that are fed are copied before it returns. */
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
