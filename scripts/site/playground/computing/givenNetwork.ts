import { tf, TensorsInMemory, TrainState, validateConfig, type XkdConfig } from 'xkd/core';

/** A trained network that came with the page. */
export interface GivenNetwork {
  readonly name: string;
  readonly config: XkdConfig;
  readonly step: number | null;
  /** A safetensors file. */
  readonly weights: ArrayBuffer;
}

/** The network as a state. Its optimiser is not used. */
export function openGiven({ config, step, weights }: GivenNetwork): TrainState {
  const file = new TensorsInMemory(weights);
  const tensors = new Map(
    file.names().map((name) => {
      const { data, shape } = file.read(name);
      return [name, tf.tensor(data, [...shape])] as const;
    }),
  );
  const state = TrainState.fromWeights(validateConfig(config), tensors);
  state.step = step ?? 0;
  return state;
}
