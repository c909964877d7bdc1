import { tf } from '../tensor/native';

/** The groups of tensors in a state. */
export interface StateTensors {
  /** Weights of all towers, heads and decoders, and the centres, by stored name. */
  readonly weights: Map<string, tf.Tensor>;
  /** First moments of AdamW by parameter name. */
  readonly first: Map<string, tf.Tensor>;
  /** Second moments of AdamW by parameter name. */
  readonly second: Map<string, tf.Tensor>;
}

/** Names of the groups. */
export const stateGroups = ['weights', 'first', 'second'] as const;

/** Keeps tensors beyond the scope in which they were created. */
export function keepTensors(tensors: StateTensors): void {
  for (const group of stateGroups) tensors[group].forEach((tensor) => tf.keep(tensor));
}

/** Replaces old values, which are disposed, with new ones. */
export function replaceTensors(tensors: StateTensors, values: Partial<StateTensors>): void {
  for (const group of stateGroups) {
    for (const [name, value] of values[group] ?? []) {
      const old = tensors[group].get(name);
      tensors[group].set(name, tf.keep(value));
      if (old !== value) old?.dispose();
    }
  }
}

export function disposeTensors(tensors: StateTensors): void {
  for (const group of stateGroups) tensors[group].forEach((tensor) => tensor.dispose());
}
