/*
 * The protobuf classes that tfjs-node carries, as far as a graph needs them. The package types none of them.
 */

/** `tensorflow.AttrValue` */
export interface AttrValueMessage {
  setS(value: Uint8Array): void;
  setI(value: number): void;
  setF(value: number): void;
  setB(value: boolean): void;
  setType(value: number): void;
  setShape(value: ShapeMessage): void;
  setTensor(value: TensorMessage): void;
  setList(value: ListMessage): void;
}

export interface ListMessage {
  setIList(values: readonly number[]): void;
  setTypeList(values: readonly number[]): void;
}

export interface ShapeMessage {
  setDimList(dims: readonly DimMessage[]): void;
}

export interface DimMessage {
  setSize(size: number): void;
}

/** `tensorflow.TensorProto` */
export interface TensorMessage {
  setDtype(type: number): void;
  setTensorShape(shape: ShapeMessage): void;
  setTensorContent(bytes: Uint8Array): void;
}

export interface NodeMessage {
  setName(name: string): void;
  setOp(op: string): void;
  setInputList(inputs: readonly string[]): void;
  getAttrMap(): { set(name: string, value: AttrValueMessage): void };
}

export interface GraphMessage {
  addNode(node: NodeMessage): void;
  setVersions(versions: { setProducer(version: number): void }): void;
}

interface MetaInfoMessage {
  addTags(tag: string): void;
}

interface MetaGraphMessage {
  setGraphDef(graph: GraphMessage): void;
  setMetaInfoDef(info: MetaInfoMessage): void;
}

interface SavedModelMessage {
  setSavedModelSchemaVersion(version: number): void;
  addMetaGraphs(graph: MetaGraphMessage): void;
  serializeBinary(): Uint8Array;
}

type Constructor<T> = new () => T;

interface Messages {
  readonly AttrValue: Constructor<AttrValueMessage> & { readonly ListValue: Constructor<ListMessage> };
  readonly TensorShape: Constructor<ShapeMessage> & { readonly Dim: Constructor<DimMessage> };
  readonly Tensor: Constructor<TensorMessage>;
  readonly NodeDef: Constructor<NodeMessage>;
  readonly GraphDef: Constructor<GraphMessage>;
  readonly VersionDef: Constructor<{ setProducer(version: number): void }>;
  readonly MetaGraphDef: Constructor<MetaGraphMessage> & {
    readonly MetaInfoDef: Constructor<MetaInfoMessage>;
  };
  readonly SavedModel: Constructor<SavedModelMessage>;
}

/** Loaded when the first graph is made. */
export function protobuf(): Messages {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require('@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js') as Messages;
}
