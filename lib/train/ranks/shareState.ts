import { type Remark, type World, exchangeRemarks } from '../../ranks';
import { tf } from '../../tensor/native';
import type { TrainState } from '../state/state';
import { stateGroups } from '../state/trainingState';

/**
 * Gives all ranks the state of rank 0, which has read or made it: they need not see its files. Names and shapes of the
 * tensors follow from the configuration; only values are sent.
 */
export async function shareState(world: World, state: TrainState): Promise<void> {
  const { lastLayer, others } = state.updates;
  const numbers = await world.broadcast(Float64Array.of(state.step, lastLayer, others));
  const clips = state.skipped.map(({ clip, reason, partly }): Remark => ({
    numbers: [clip, Number(partly === true), 0],
    text: reason,
  }));
  const [skipped] = await exchangeRemarks(world, world.isFirst ? clips : []);
  for (const group of stateGroups) {
    for (const name of [...state.tensors[group].keys()].sort()) await shareTensor(world, state, group, name);
  }
  if (world.isFirst) return;
  state.step = numbers[0];
  state.updates = { lastLayer: numbers[1], others: numbers[2] };
  state.skipped = skipped.map(({ numbers: [clip, partly], text }) => ({
    clip,
    reason: text,
    ...(partly === 1 && { partly: true as const }),
  }));
}

async function shareTensor(
  world: World,
  state: TrainState,
  group: (typeof stateGroups)[number],
  name: string,
): Promise<void> {
  const tensor = state.tensors[group].get(name)!;
  const values = await world.broadcast(Float32Array.from(tensor.dataSync()));
  if (!world.isFirst) state.commit({ [group]: new Map([[name, tf.tensor(values, tensor.shape)]]) });
}
