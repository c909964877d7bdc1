import type { tf } from '../tensor/native';

/** Tensors by name, as in a PyTorch state dict. */
export type NamedTensors = ReadonlyMap<string, tf.Tensor>;

/** The weights under one prefix of a state: `weights.at('encoder.blocks.0').get('attn.qkv.weight')`. */
export class WeightScope {
  constructor(
    private readonly lookup: (name: string) => tf.Tensor | undefined,
    private readonly prefix = '',
  ) {}

  at(...parts: (string | number)[]): WeightScope {
    return new WeightScope(this.lookup, `${this.prefix}${parts.join('.')}.`);
  }

  get(name: string): tf.Tensor {
    const tensor = this.lookup(this.prefix + name);
    if (tensor === undefined) throw new Error(`There is no weight "${this.prefix}${name}".`);
    return tensor;
  }

  /** The weight, or undefined if the layer has none (such as an omitted Linear layer). */
  find(name: string): tf.Tensor | undefined {
    return this.lookup(this.prefix + name);
  }
}
