import type { XkdConfig } from '../config';
import {
  DamagedFile,
  type SafetensorsReader,
  type TensorSource,
  openSafetensors,
  writeSealedSafetensors,
} from '../files';
import { parameterSpecs } from '../model';
import { upload } from '../tensor/backend';
import { tf } from '../tensor/native';
import { ChangeLog } from './changeLog';
import { type CheckpointInfo, type RunFacts, decodeMetadata, encodeMetadata } from './checkpointMetadata';
import { type StateTensors, TrainState, centreNames, trainableNames } from './state';

/*
 * A checkpoint is one safetensors file: weights and centres under the release's names, the moments of AdamW under
 * `optimiser.first.` and `optimiser.second.`. Its metadata hold the configuration, the step, the update counts, the
 * position in the run, the fingerprint of the training clips, and a SHA-256 of each tensor and of the metadata.
 */

const momentPrefixes = { first: 'optimiser.first.', second: 'optimiser.second.' } as const;

/**
 * Writes a state atomically: a reader finds either the complete new file or the previous one. Tensors are copied out of
 * TensorFlow, hashed and written one at a time.
 *
 * @param run facts of the state's run; null for weights without a run
 * @param log changes of the run
 * @throws UserError if the file can't be written; a previous file is then unharmed
 */
export function saveCheckpoint(
  state: TrainState,
  path: string,
  run: RunFacts | null = null,
  log = new ChangeLog(state.config),
): void {
  const { config, step, updates, skipped } = state;
  const tensors = new Map<string, TensorSource>();
  const add = (name: string, tensor: tf.Tensor) =>
    tensors.set(name, { dtype: 'F32', shape: tensor.shape, data: () => tensor.dataSync() as Float32Array });
  state.tensors.weights.forEach((tensor, name) => add(name, tensor));
  for (const key of ['first', 'second'] as const) {
    state.tensors[key].forEach((tensor, name) => add(momentPrefixes[key] + name, tensor));
  }
  const info = { config, begun: log.begun, changes: log.before(step), step, updates, skipped, run };
  writeSealedSafetensors(path, tensors, encodeMetadata(info));
}

/** The bytes of a checkpoint differ from those that were written. */
export class DamagedCheckpoint extends DamagedFile {
  constructor(
    readonly path: string,
    reason: string,
  ) {
    super(`The checkpoint "${path}" is damaged (${reason}); use an older one from the same folder.`, reason);
  }
}

/**
 * Reads the metadata of a checkpoint file, but not its tensors.
 *
 * @throws UserError if there is no such file, or it is damaged or of another kind
 */
export function readCheckpointInfo(path: string): CheckpointInfo {
  return withCheckpoint(path, (_, info) => info);
}

/**
 * Reads a checkpoint file and verifies every byte against its hash, tensor by tensor.
 *
 * @param accept throws for an unusable checkpoint, before its tensors are read
 * @throws UserError if there is no such file, or it is of another kind; DamagedCheckpoint naming what has changed
 */
export function readCheckpoint(
  path: string,
  accept: (info: CheckpointInfo) => void = () => undefined,
): TrainState {
  return withCheckpoint(path, (reader, info) => {
    accept(info);
    const { config, step, updates, skipped } = info;
    return new TrainState(config, readTensors(reader, config), updates, step, skipped);
  });
}

function withCheckpoint<T>(path: string, use: (reader: SafetensorsReader, info: CheckpointInfo) => T): T {
  try {
    const reader = openSafetensors(path);
    try {
      const info = decodeMetadata(path, reader.metadata);
      if (!reader.sealed) throw new DamagedCheckpoint(path, 'its hashes are missing');
      return use(reader, info);
    } finally {
      reader.close();
    }
  } catch (error) {
    throw error instanceof DamagedFile ? new DamagedCheckpoint(path, error.reason) : error;
  }
}

function readTensors(reader: SafetensorsReader, config: XkdConfig): StateTensors {
  const tensors: StateTensors = { weights: new Map(), first: new Map(), second: new Map() };
  try {
    for (const { group, key, name, shape } of expectedTensors(config)) {
      const stored = reader.has(name) ? reader.entry(name) : null;
      if (stored === null || stored.dtype !== 'F32' || String(stored.shape) !== String(shape)) {
        throw new DamagedCheckpoint(reader.path, `"${name}" is missing or of another shape`);
      }
      const tensor = tf.tensor(reader.read(name).data, [...shape]);
      // Uploaded immediately, so that the whole file is not held in memory beside TensorFlow's copy.
      upload(tensor);
      tensors[group].set(key, tensor);
    }
    return tensors;
  } catch (error) {
    for (const group of Object.values(tensors)) group.forEach((tensor: tf.Tensor) => tensor.dispose());
    throw error;
  }
}

interface ExpectedTensor {
  readonly group: keyof StateTensors;
  /** Name in the group. */
  readonly key: string;
  /** Name in the file. */
  readonly name: string;
  readonly shape: readonly number[];
}

/** Tensors in a state of this configuration, in file order. */
function expectedTensors(config: XkdConfig): ExpectedTensor[] {
  const shapes = new Map(parameterSpecs(config).map(({ name, shape }) => [name, shape]));
  for (const name of Object.values(centreNames)) shapes.set(name, [1, config.projector.outputs]);
  const weights = [...shapes].map(([name, shape]) => ({ group: 'weights', key: name, name, shape }) as const);
  const moments = (['first', 'second'] as const).flatMap((group) =>
    trainableNames(config).map((key) => ({
      group,
      key,
      name: momentPrefixes[group] + key,
      shape: shapes.get(key)!,
    })),
  );
  return [...weights, ...moments];
}
