import type { XkdConfig } from '../config';
import { canonicalName, initialWeights, parameterSpecs } from '../model';
import { WeightScope } from '../nn';
import { tf } from '../tensor/native';

/** Names of the centres in the release: of the video teacher, of the audio teacher. */
export const centreNames = { video: 'vt2as_ce_loss.center', audio: 'at2vs_ce_loss.center' } as const;

/**
 * Everything that a run changes from step to step, in one object. Random draws need no place here: each is a
 * function of the seed and the step.
 */
export class TrainState {
  private constructor(
    readonly config: XkdConfig,
    /** Weights of all towers, heads and decoders, and the centres, by their stored names. */
    readonly tensors: Map<string, tf.Tensor>,
    /** First and second moments of AdamW by parameter name; empty before a parameter's first update. */
    readonly moments: { readonly first: Map<string, tf.Tensor>; readonly second: Map<string, tf.Tensor> },
    /** Updates that each parameter has had, for Adam's bias correction. */
    readonly updates: Map<string, number>,
    /** Steps taken. */
    public step: number,
  ) {}

  /** A fresh state: seeded weights, teachers equal to students, centres at 0. */
  static create(config: XkdConfig): TrainState {
    const tensors = initialWeights(config);
    for (const name of Object.values(centreNames)) tensors.set(name, tf.zeros([1, config.projector.outputs]));
    return TrainState.from(config, tensors);
  }

  /** A state around tensors that the caller hands over. */
  static from(
    config: XkdConfig,
    tensors: Map<string, tf.Tensor>,
    moments = { first: new Map<string, tf.Tensor>(), second: new Map<string, tf.Tensor>() },
    updates = new Map<string, number>(),
    step = 0,
  ): TrainState {
    const state = new TrainState(config, tensors, moments, updates, step);
    state.all().forEach((tensor) => tf.keep(tensor));
    return state;
  }

  /** Looks weights up by any name that the release gives them. */
  get weights(): WeightScope {
    return new WeightScope((name) => this.tensors.get(canonicalName(this.config, name)));
  }

  /** Names of the parameters that gradients move. */
  trainableNames(): string[] {
    return parameterSpecs(this.config)
      .filter(({ trainable }) => trainable)
      .map(({ name }) => name);
  }

  /** Puts new values in place of old ones, which are disposed. */
  replace(group: Map<string, tf.Tensor>, values: ReadonlyMap<string, tf.Tensor>): void {
    for (const [name, value] of values) {
      const old = group.get(name);
      group.set(name, tf.keep(value));
      if (old !== undefined && old !== value) old.dispose();
    }
  }

  dispose(): void {
    this.all().forEach((tensor) => tensor.dispose());
  }

  private all(): tf.Tensor[] {
    return [this.tensors, this.moments.first, this.moments.second].flatMap((group) => [...group.values()]);
  }
}
