import type { Modality, XkdConfig } from '../config';
import type { NdArray } from '../data';
import { type Role, backbonePrefix, extractPatchMean, ownedSpecs } from '../model';
import { WeightScope } from '../nn';
import { computeValues } from '../tensor/computeValues';
import { tf } from '../tensor/native';
import { CompiledEngine } from '../train/engine/compiledEngine';
import { type EngineFunction, eagerEngine } from '../train/engine/engine';
import type { Network } from './features';

interface Inputs {
  readonly config: XkdConfig;
  readonly tower: { readonly modality: Modality; readonly role: Role };
  /** The backbone's weights, named as in a network without shared towers. */
  readonly weights: ReadonlyMap<string, tf.Tensor>;
  readonly view: tf.Tensor;
}

/**
 * Computes patch-mean features with the towers of one network. The weights of a backbone stay in the native graph
 * between batches.
 */
export class FeatureExtractor {
  private readonly compiled = new CompiledEngine();
  private readonly weights = new Map<Modality, ReadonlyMap<string, tf.Tensor>>();

  /**
   * @param batch clips of a full batch; smaller batches run op by op, because building a graph for them would take
   *   longer
   * @param crops views of each clip's frames
   */
  constructor(
    private readonly network: Network,
    private readonly role: Role,
    private readonly batch: number,
    private readonly crops = 1,
  ) {}

  /**
   * @param view clips of one modality
   * @returns `[B D]`
   */
  async extract(modality: Modality, { data, shape }: NdArray): Promise<Float32Array> {
    const view = tf.tensor(data, [...shape]);
    const tower = { modality, role: this.role };
    const inputs = { config: this.network.config, tower, weights: this.weightsOf(modality), view };
    try {
      const isFull = shape[0] === this.batch * (modality === 'video' ? this.crops : 1);
      return computeValues(await (isFull ? this.compiled : eagerEngine).run(features, inputs));
    } finally {
      view.dispose();
    }
  }

  /** Frees the graph. The network's weights are not touched. */
  dispose(): void {
    this.compiled.dispose();
  }

  private weightsOf(modality: Modality): ReadonlyMap<string, tf.Tensor> {
    const known = this.weights.get(modality);
    if (known !== undefined) return known;
    const { config, scope } = this.network;
    const specs = ownedSpecs(config, backbonePrefix(modality, this.role));
    const weights = new Map(specs.map(({ name }) => [name, scope.get(name)]));
    this.weights.set(modality, weights);
    return weights;
  }
}

const features: EngineFunction<Inputs, tf.Tensor> = {
  compute: ({ config, tower, weights, view }) => {
    const scope = new WeightScope((name) => weights.get(name));
    return extractPatchMean(config, scope, tower, view);
  },
  reads: { weights: 'weights' },
  precision: ({ config }) => config.training.precision,
};
