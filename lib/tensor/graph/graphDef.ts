import type { tf } from '../native';
import {
  type ConstantValues,
  type Int64Scalar,
  type OpAttribute,
  type OpInput,
  nodeBackend,
  typeNumber,
} from '../backend';
import { type AttrValueMessage, type NodeMessage, type ShapeMessage, protobuf } from './protobuf';
import { type RecordedOp, TraceError } from './recorder';

/** Version of graph definitions that all TensorFlow 2 releases read. */
const producer = 1087;

/** Type attributes that tfjs-node leaves to eager execution to infer, by op: the type of input 0, of input 1. */
const inferredTypes: Readonly<Record<string, readonly string[]>> = { ExpandDims: ['T', 'Tdim'] };

/** A tensor's place in a graph, such as `MatMul_12:0`. */
type Place = string;

/**
 * Builds the SavedModel of recorded ops. Inputs become placeholders; every other tensor that was not made by a
 * recorded op becomes a constant.
 */
export class GraphBuilder {
  private readonly graph = new (protobuf().GraphDef)();
  private readonly places = new Map<object, { place: Place; shape: readonly number[] }>();
  private count = 0;

  /** @param constants values of the tensors that are no inputs and no outputs of ops */
  constructor(private readonly constants: ReadonlyMap<object, ConstantValues>) {}

  /** @returns the placeholder's place */
  addInput(tensor: tf.Tensor): Place {
    const place = this.addNode('Placeholder', [], {
      dtype: typeValue(typeNumber(tensor.dtype)),
      shape: shapeValue(tensor.shape),
    });
    this.places.set(tensor.dataId, { place, shape: tensor.shape });
    return place;
  }

  addOp({ op, attributes, inputs, outputs }: RecordedOp): void {
    const sources = inputs.map((input) => this.placeOf(input));
    const values = Object.fromEntries(
      attributes.map((attribute) => [attribute.name, attributeValue(op, attribute)]),
    );
    for (const [i, name] of (inferredTypes[op] ?? []).entries())
      values[name] ??= typeValue(typeNumber(inputs[i].dtype));
    const place = this.addNode(op, sources, values);
    const node = place.split(':')[0];
    outputs.forEach(({ dataId, shape }, i) => this.places.set(dataId, { place: `${node}:${i}`, shape }));
  }

  /** @returns where the tensor's values come out of a run */
  addOutput(tensor: tf.Tensor): Place {
    return this.addNode('Identity', [this.placeOf(tensor)], { T: typeValue(typeNumber(tensor.dtype)) });
  }

  /** The bytes of `saved_model.pb`. */
  serialise(): Uint8Array {
    const pb = protobuf();
    const versions = new pb.VersionDef();
    versions.setProducer(producer);
    this.graph.setVersions(versions);
    const info = new pb.MetaGraphDef.MetaInfoDef();
    info.addTags('serve');
    const meta = new pb.MetaGraphDef();
    meta.setMetaInfoDef(info);
    meta.setGraphDef(this.graph);
    const model = new pb.SavedModel();
    model.setSavedModelSchemaVersion(1);
    model.addMetaGraphs(meta);
    return model.serializeBinary();
  }

  private placeOf(input: OpInput): Place {
    if (input.dtype === 'int64') return this.addInt64(input as Int64Scalar);
    const info = input as tf.TensorInfo;
    const known = this.places.get(info.dataId) ?? this.addConstant(info);
    if (String(known.shape) === String(info.shape)) return known.place;
    // tfjs reshapes by giving the same values another shape; the graph needs an op for it.
    const shape = this.addConst(typeNumber('int32'), [info.shape.length], Int32Array.from(info.shape));
    const types = { T: typeValue(typeNumber(info.dtype)), Tshape: typeValue(typeNumber('int32')) };
    return this.addNode('Reshape', [known.place, shape], types);
  }

  private addConstant(info: tf.TensorInfo): { place: Place; shape: readonly number[] } {
    const place = this.addConst(typeNumber(info.dtype), info.shape, this.constants.get(info.dataId)!);
    const known = { place, shape: info.shape };
    this.places.set(info.dataId, known);
    return known;
  }

  private addInt64({ valueArray }: Int64Scalar): Place {
    return this.addConst(typeNumber('int64'), [], valueArray);
  }

  /** A constant; one of equal values is stored as a single one and filled. */
  private addConst(type: number, shape: readonly number[], values: ConstantValues): Place {
    if (values.length > 16 && isUniform(values)) {
      const dims = this.addConst(typeNumber('int32'), [shape.length], Int32Array.from(shape));
      const value = this.addConst(type, [], values.subarray(0, 1));
      const types = { T: typeValue(type), index_type: typeValue(typeNumber('int32')) };
      return this.addNode('Fill', [dims, value], types);
    }
    const pb = protobuf();
    const tensor = new pb.Tensor();
    tensor.setDtype(type);
    tensor.setTensorShape(shapeMessage(shape));
    tensor.setTensorContent(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    const value = new pb.AttrValue();
    value.setTensor(tensor);
    return this.addNode('Const', [], { dtype: typeValue(type), value });
  }

  private addNode(op: string, inputs: readonly Place[], attributes: Record<string, AttrValueMessage>): Place {
    const node: NodeMessage = new (protobuf().NodeDef)();
    const name = `${op}_${this.count++}`; // so that TensorFlow's own errors name the op
    node.setName(name);
    node.setOp(op);
    node.setInputList(inputs);
    for (const [key, value] of Object.entries(attributes)) node.getAttrMap().set(key, value);
    this.graph.addNode(node);
    return `${name}:0`;
  }
}

function isUniform(values: ArrayLike<number>): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false;
  return true;
}

function attributeValue(op: string, { name, type, value }: OpAttribute): AttrValueMessage {
  const { binding } = nodeBackend();
  const message = new (protobuf().AttrValue)();
  if (Array.isArray(value) && type !== binding.TF_ATTR_SHAPE) {
    const list = new (protobuf().AttrValue.ListValue)();
    if (type === binding.TF_ATTR_INT) list.setIList(value as number[]);
    else if (type === binding.TF_ATTR_TYPE) list.setTypeList(value as number[]);
    else
      throw new TraceError(
        `The op ${op} cannot be recorded: its attribute "${name}" is a list of another kind.`,
      );
    message.setList(list);
    return message;
  }
  switch (type) {
    case binding.TF_ATTR_STRING:
      message.setS(Buffer.from(String(value)));
      return message;
    case binding.TF_ATTR_INT:
      message.setI(Number(value));
      return message;
    case binding.TF_ATTR_FLOAT:
      message.setF(Number(value));
      return message;
    case binding.TF_ATTR_BOOL:
      message.setB(Boolean(value));
      return message;
    case binding.TF_ATTR_TYPE:
      message.setType(Number(value));
      return message;
    case binding.TF_ATTR_SHAPE:
      message.setShape(shapeMessage(value as number[]));
      return message;
    default:
      throw new TraceError(`The op ${op} cannot be recorded: its attribute "${name}" is of an unknown kind.`);
  }
}

function typeValue(type: number): AttrValueMessage {
  const value = new (protobuf().AttrValue)();
  value.setType(type);
  return value;
}

function shapeValue(shape: readonly number[]): AttrValueMessage {
  const value = new (protobuf().AttrValue)();
  value.setShape(shapeMessage(shape));
  return value;
}

function shapeMessage(shape: readonly number[]): ShapeMessage {
  const pb = protobuf();
  const message = new pb.TensorShape();
  message.setDimList(
    shape.map((size) => {
      const dim = new pb.TensorShape.Dim();
      dim.setSize(size);
      return dim;
    }),
  );
  return message;
}
