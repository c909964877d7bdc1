import type { XkdConfig } from '../../config';
import { DamagedFile, type SafetensorsReader } from '../../files';
import { parameterSpecs } from '../../model';
import { ChangeLog } from '../runs/changeLog';
import { type CheckpointInfo, type RunFacts, decodeMetadata, encodeMetadata } from './checkpointMetadata';
import { TrainState, centreNames } from './state';
import { type StateLayout, readStateTensors, withStateFile, writeStateFile } from './stateFile';

/*
 * A checkpoint is one safetensors file: weights and centres under the release's names, the moments of AdamW under
 * `optimiser.first.` and `optimiser.second.`. Its metadata hold the configuration, the step, the update counts, the
 * position in the run, the fingerprint of the training clips, and a SHA-256 of each tensor and of the metadata.
 */

const prefix = 'optimiser.';

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
  const info = { config, begun: log.begun, changes: log.before(step), step, updates, skipped, run };
  writeStateFile(path, state.tensors, prefix, encodeMetadata(info));
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
    return new TrainState(config, readStateTensors(reader, layoutOf(config)), updates, step, skipped);
  });
}

function withCheckpoint<T>(path: string, use: (reader: SafetensorsReader, info: CheckpointInfo) => T): T {
  try {
    return withStateFile(path, (metadata) => decodeMetadata(path, metadata), use);
  } catch (error) {
    throw error instanceof DamagedFile ? new DamagedCheckpoint(path, error.reason) : error;
  }
}

/** Tensors in a state of this configuration, in file order. */
function layoutOf(config: XkdConfig): StateLayout {
  const specs = parameterSpecs(config);
  const centres = Object.values(centreNames).map((name) => ({ name, shape: [1, config.projector.outputs] }));
  return { prefix, weights: [...specs, ...centres], trained: specs.filter(({ trainable }) => trainable) };
}
