import type { BadClip } from '../../data/types';
import { tf } from '../../tensor/native';

/** The groups of tensors in a state. */
export interface StateTensors {
  /** Weights of all towers, heads and decoders, and the centres, by stored name. */
  readonly weights: Map<string, tf.Tensor>;
  /** First moments of AdamW by parameter name. */
  readonly first: Map<string, tf.Tensor>;
  /** Second moments of AdamW by parameter name. */
  readonly second: Map<string, tf.Tensor>;
}

/** Names of the groups, in the order of files. */
export const stateGroups = ['weights', 'first', 'second'] as const;

/**
 * What a training changes from step to step, in one object. Random draws need no state: each is a function of the seed and
 * the step.
 */
export class TrainingState {
  constructor(
    /** Owned by the state from here on. */
    readonly tensors: StateTensors,
    /** Number of steps taken. */
    public step: number,
    /** Training clips found unusable so far, each checked once. */
    public skipped: readonly BadClip[],
  ) {
    // Tensors outlive the scope in which they were created.
    for (const group of stateGroups) tensors[group].forEach((tensor) => tf.keep(tensor));
  }

  /**
   * Completes a step: commits the new values and counts it.
   *
   * @param collect creates the step's outputs
   * @param read reads figures from the outputs; if it throws, the state is unchanged
   */
  advance<Outputs extends { readonly state: StateTensors }, Figures>(
    collect: () => Outputs,
    read: (outputs: Outputs) => Figures,
  ): Figures {
    let figures!: Figures;
    tf.tidy(() => {
      const outputs = collect();
      figures = read(outputs);
      this.commit(outputs.state);
    });
    this.step += 1;
    return figures;
  }

  /** Replaces old values, which are disposed, with new ones. */
  commit(values: Partial<StateTensors>): void {
    for (const group of stateGroups) {
      for (const [name, value] of values[group] ?? []) {
        const old = this.tensors[group].get(name);
        this.tensors[group].set(name, tf.keep(value));
        if (old !== value) old?.dispose();
      }
    }
  }

  dispose(): void {
    disposeTensors(this.tensors);
  }
}

/** Tensors before the first step: the weights, and moments of 0 for those that are trained. */
export function initialTensors(weights: Map<string, tf.Tensor>, trained: Iterable<string>): StateTensors {
  const names = [...trained];
  const zeros = () => new Map(names.map((name) => [name, tf.zerosLike(weights.get(name)!)] as const));
  return { weights, first: zeros(), second: zeros() };
}

export function disposeTensors(tensors: StateTensors): void {
  for (const group of stateGroups) tensors[group].forEach((tensor) => tensor.dispose());
}
