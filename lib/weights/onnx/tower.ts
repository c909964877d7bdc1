import { clipFrames, fullGrid, type Modality, patchValues, tokenCount, type XkdConfig } from '../../config';
import { patchEmbeddingName } from '../../model';
import { layerNormEpsilon, type WeightScope } from '../../nn';
import type { Message } from './protobuf';
import { type Axis, OnnxGraph, type Value } from './graph';

/* B clips, N patches of P values, R registers, D width, H heads, d = D / H. */

export interface OnnxTowerArgs {
  readonly config: XkdConfig;
  readonly modality: Modality;
  /** Scope of the backbone, such as `vid_student.backbone`. */
  readonly backbone: WeightScope;
  /** Further information to write into the file, by name. */
  readonly about: Readonly<Record<string, string>>;
}

/**
 * A backbone as an ONNX model: from global views `view`, `[batch, 3, T, S, S]` or `[batch, 1, M, F]`, any number of them, to
 * patch means `features` `[batch, D]`, as `extractPatchMean` computes them.
 */
export function onnxTower({ config, modality, backbone, about }: OnnxTowerArgs): Message {
  const builder = new TowerBuilder(config, backbone);
  const features = builder.tower(modality);
  const { frameSize } = config.clip;
  const { melBands, columns } = config.spectrogram;
  const shape: Axis[] =
    modality === 'video'
      ? ['batch', 3, clipFrames(config), frameSize, frameSize]
      : ['batch', 1, melBands, columns];
  return builder.graph.file(
    `${modality} backbone`,
    { name: 'view', shape },
    { name: features, shape: ['batch', config.encoder.width] },
    about,
  );
}

class TowerBuilder {
  readonly graph = new OnnxGraph();

  constructor(
    private readonly config: XkdConfig,
    private readonly backbone: WeightScope,
  ) {}

  tower(modality: Modality): Value {
    const { graph, config } = this;
    const { width, depth, registers } = config.encoder;
    const patches = tokenCount(fullGrid(config, modality));
    const positions = this.backbone.get('enc_pos_embed').dataSync<'float32'>();
    const embedded = this.linear(this.patches(modality), `${patchEmbeddingName(modality)}.proj`); // [B, N, D]
    const placed = graph.add('Add', [
      embedded,
      graph.constant('patch_positions', positions.slice(width), [1, patches, width]),
    ]);
    const classToken = this.backbone.get('cls_token').dataSync<'float32'>();
    const first = graph.constant(
      'class_token',
      classToken.map((value, i) => value + positions[i]),
      [1, 1, width],
    );
    const tokens = [this.forEachClip(first, 1), placed];
    if (registers > 0) tokens.push(this.forEachClip(this.weight('register_tokens'), registers));
    let x = graph.add('Concat', tokens, { axis: 1 }); // [B, 1 + N + R, D]
    for (let i = 0; i < depth; i++) x = this.block(x, `encoder.blocks.${i}`);
    const bounds = [[1], [1 + patches], [1]].map((list) => graph.integers(list));
    const kept = graph.add('Slice', [x, ...bounds]); // [B, N, D]
    return graph.add('ReduceMean', [this.norm(kept, 'encoder_norm')], { axes: [1], keepdims: 0 }, 'features');
  }

  /** `[B, N, P]`, in the order of docs/method.md, section 1. */
  private patches(modality: Modality): Value {
    const { config } = this;
    const grid = fullGrid(config, modality);
    const { frames, size, melBands, columns } = config.patch;
    const [cut, order] =
      modality === 'video'
        ? [
            [-1, 3, grid[0], frames, grid[1], size, grid[2], size],
            [0, 2, 4, 6, 3, 5, 7, 1],
          ]
        : [
            [-1, grid[0], melBands, grid[1], columns],
            [0, 1, 3, 2, 4],
          ];
    const ordered = this.graph.add('Transpose', [this.reshape('view', cut)], { perm: order });
    return this.reshape(ordered, [-1, tokenCount(grid), patchValues(config, modality)]);
  }

  private block(x: Value, name: string): Value {
    const attended = this.add(x, this.attention(this.norm(x, `${name}.norm1`), `${name}.attn`));
    const hidden = this.gelu(this.linear(this.norm(attended, `${name}.norm2`), `${name}.mlp.fc1`));
    return this.add(attended, this.linear(hidden, `${name}.mlp.fc2`));
  }

  private attention(x: Value, name: string): Value {
    const { graph } = this;
    const { width, heads } = this.config.encoder;
    const joined = this.linear(x, `${name}.qkv`, false); // [B, n, 3 D]
    const parts = graph.add('Transpose', [this.reshape(joined, [0, 0, 3, heads, width / heads])], {
      perm: [2, 0, 3, 1, 4],
    }); // [3, B, H, n, d]
    const part = (index: number) =>
      graph.add('Squeeze', [
        graph.add('Slice', [parts, ...[[index], [index + 1], [0]].map((list) => graph.integers(list))]),
        graph.integers([0]),
      ]);
    const [query, key, value] = [0, 1, 2].map(part); // [B, H, n, d]
    const scale = this.number((width / heads) ** -0.5);
    const turned = graph.add('Transpose', [key], { perm: [0, 1, 3, 2] });
    const scores = graph.add('MatMul', [graph.add('Mul', [query, scale]), turned]);
    const mixed = graph.add('MatMul', [graph.add('Softmax', [scores], { axis: -1 }), value]);
    const rows = graph.add('Transpose', [mixed], { perm: [0, 2, 1, 3] }); // [B, n, H, d]
    return this.linear(this.reshape(rows, [0, 0, width]), `${name}.proj`);
  }

  /** z P(Z <= z) for a standard normal Z. */
  private gelu(x: Value): Value {
    const { graph } = this;
    const error = graph.add('Erf', [graph.add('Mul', [x, this.number(Math.SQRT1_2)])]);
    const below = graph.add('Mul', [this.add(error, this.number(1)), this.number(0.5)]);
    return graph.add('Mul', [x, below]);
  }

  private norm(x: Value, name: string): Value {
    const inputs = [x, this.weight(`${name}.weight`), this.weight(`${name}.bias`)];
    return this.graph.add('LayerNormalization', inputs, { axis: -1, epsilon: { float: layerNormEpsilon } });
  }

  private linear(x: Value, name: string, hasBias = true): Value {
    const { graph } = this;
    const weight = this.backbone.get(`${name}.weight`);
    const [outputs, inputs] = weight.shape;
    const values = weight.dataSync<'float32'>();
    const turned = new Float32Array(values.length);
    for (let o = 0; o < outputs; o++)
      for (let i = 0; i < inputs; i++) turned[i * outputs + o] = values[o * inputs + i];
    const product = graph.add('MatMul', [x, graph.constant(`${name}.weight`, turned, [inputs, outputs])]);
    return hasBias ? this.add(product, this.weight(`${name}.bias`)) : product;
  }

  /** A constant `[1, n, D]` once for each clip of the batch: `[B, n, D]`. */
  private forEachClip(constant: Value, count: number): Value {
    const { graph } = this;
    const batch = graph.add('Shape', ['view'], { start: 0, end: 1 });
    const rest = graph.integers([count, this.config.encoder.width]);
    return graph.add('Expand', [constant, graph.add('Concat', [batch, rest], { axis: 0 })]);
  }

  private weight(name: string): Value {
    const tensor = this.backbone.get(name);
    return this.graph.constant(name, tensor.dataSync<'float32'>(), tensor.shape);
  }

  private number(value: number): Value {
    return this.graph.constant(`number_${this.numbers++}`, Float32Array.of(value), []);
  }

  private numbers = 0;

  private add(a: Value, b: Value): Value {
    return this.graph.add('Add', [a, b]);
  }

  private reshape(x: Value, shape: readonly number[]): Value {
    return this.graph.add('Reshape', [x, this.graph.integers(shape)]);
  }
}
