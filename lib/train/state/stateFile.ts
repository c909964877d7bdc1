import {
  DamagedFile,
  type SafetensorsReader,
  type TensorSource,
  openSafetensors,
  writeSealedSafetensors,
} from '../../files';
import { upload } from '../../tensor/backend';
import { tf } from '../../tensor/native';
import { type StateTensors, disposeTensors, stateGroups } from './trainingState';

/*
 * The state of a training is one safetensors file: weights under their names, the moments of AdamW under `first.` and
 * `second.` after a prefix, and a SHA-256 of each tensor and of the metadata.
 */

/** The tensors of a state, by group. */
export interface StateLayout {
  /** Start of the moments' names. */
  readonly prefix: string;
  readonly weights: readonly NamedShape[];
  /** Parameters that have moments. */
  readonly trained: readonly NamedShape[];
}

interface NamedShape {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * Writes a state atomically: a reader finds either the complete new file or the previous one. Tensors are copied out of
 * TensorFlow, hashed and written one at a time.
 *
 * @throws UserError if the file can't be written; a previous file is then unharmed
 */
export function writeStateFile(
  path: string,
  tensors: StateTensors,
  prefix: StateLayout['prefix'],
  metadata: Readonly<Record<string, string>>,
): void {
  const sources = new Map<string, TensorSource>();
  for (const group of stateGroups) {
    tensors[group].forEach((tensor, name) =>
      sources.set(nameInFile(prefix, group, name), {
        dtype: 'F32',
        shape: tensor.shape,
        data: () => tensor.dataSync() as Float32Array,
      }),
    );
  }
  writeSealedSafetensors(path, sources, metadata);
}

/**
 * Opens a state's file, reads it and closes it.
 *
 * @param decode reads the metadata, and throws for a file of another kind
 * @throws UserError if there is no such file; DamagedFile if its bytes differ from those that were written
 */
export function withStateFile<Info, Result>(
  path: string,
  decode: (metadata: Readonly<Record<string, string>>) => Info,
  use: (reader: SafetensorsReader, info: Info) => Result,
): Result {
  const reader = openSafetensors(path);
  try {
    const info = decode(reader.metadata);
    if (!reader.sealed) throw damagedState(path, 'its hashes are missing');
    return use(reader, info);
  } finally {
    reader.close();
  }
}

/**
 * Reads the tensors of a state and verifies every byte against its hash, tensor by tensor.
 *
 * @throws DamagedFile naming what has changed
 */
export function readStateTensors(reader: SafetensorsReader, layout: StateLayout): StateTensors {
  const tensors: StateTensors = { weights: new Map(), first: new Map(), second: new Map() };
  try {
    for (const group of stateGroups) {
      for (const { name, shape } of group === 'weights' ? layout.weights : layout.trained) {
        tensors[group].set(name, readTensor(reader, nameInFile(layout.prefix, group, name), shape));
      }
    }
    return tensors;
  } catch (error) {
    disposeTensors(tensors);
    throw error;
  }
}

export function damagedState(path: string, reason: string): DamagedFile {
  return new DamagedFile(`"${path}" is damaged (${reason}).`, reason);
}

function readTensor(reader: SafetensorsReader, name: string, shape: readonly number[]): tf.Tensor {
  const stored = reader.has(name) ? reader.entry(name) : null;
  if (stored === null || stored.dtype !== 'F32' || String(stored.shape) !== String(shape)) {
    throw damagedState(reader.path, `"${name}" is missing or of another shape`);
  }
  const tensor = tf.tensor(reader.read(name).data, [...shape]);
  // Uploaded immediately, so that the whole file is not held in memory beside TensorFlow's copy.
  upload(tensor);
  return tensor;
}

function nameInFile(prefix: string, group: keyof StateTensors, name: string): string {
  return group === 'weights' ? name : `${prefix}${group}.${name}`;
}
