import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type XkdConfig, flattenConfig, validateConfig } from '../config';
import { UserError } from '../errors';
import { type StoredTensor, type TensorSource, openSafetensors, writeSafetensors } from '../files';
import { parameterSpecs } from '../model';
import { tf } from '../tensor/native';
import { TrainState, type UpdateCounts, centreNames, trainableNames } from './state';

/*
 * A checkpoint is one safetensors file: weights and centres under the release's names, the moments of AdamW under
 * `optimiser.first.` and `optimiser.second.`, and in its metadata the configuration, the step, the update counts and
 * a SHA-256 of each tensor.
 */

const format = 'xkd-checkpoint-1';
const momentPrefixes = { first: 'optimiser.first.', second: 'optimiser.second.' } as const;
const checkpointName = /^step-(\d+)\.safetensors$/;

/** Writes a state atomically: whoever reads finds the whole file or the one before it. */
export function saveCheckpoint(state: TrainState, path: string): void {
  const tensors = new Map<string, TensorSource>();
  const hashes: Record<string, string> = {};
  const add = (name: string, tensor: tf.Tensor) => {
    const values = () => tensor.dataSync() as Float32Array;
    tensors.set(name, { dtype: 'F32', shape: tensor.shape, data: values });
    hashes[name] = hashOf(values());
  };
  state.tensors.weights.forEach((tensor, name) => add(name, tensor));
  for (const key of ['first', 'second'] as const) {
    state.tensors[key].forEach((tensor, name) => add(momentPrefixes[key] + name, tensor));
  }
  writeSafetensors(path, tensors, {
    format,
    step: String(state.step),
    config: JSON.stringify(state.config),
    updates: JSON.stringify(state.updates),
    sha256: JSON.stringify(hashes),
  });
}

/**
 * Reads a checkpoint file, or the newest one of a run folder.
 *
 * @throws UserError where there is none, it is damaged, or it is a file of another kind
 */
export function loadCheckpoint(path: string): TrainState {
  const reader = openSafetensors(checkpointFile(path));
  try {
    const { config, step, updates, hashes } = readMetadata(reader.path, reader.metadata);
    const read = (name: string): tf.Tensor => {
      const stored = reader.read(name);
      if (hashOf(stored.data) !== hashes[name])
        throw damaged(reader.path, `the values of "${name}" have changed`);
      return tf.tensor(stored.data, [...stored.shape]);
    };
    checkNames(reader.path, config, new Map(reader.names().map((name) => [name, reader.entry(name).shape])));
    const under = (prefix: string) =>
      new Map(
        reader
          .names()
          .filter((name) => name.startsWith(prefix))
          .map((name) => [name.slice(prefix.length), read(name)]),
      );
    const plain = reader.names().filter((name) => !name.startsWith('optimiser.'));
    const weights = new Map(plain.map((name) => [name, read(name)]));
    const tensors = { weights, first: under(momentPrefixes.first), second: under(momentPrefixes.second) };
    return new TrainState(config, tensors, updates, step);
  } finally {
    reader.close();
  }
}

/** The file that a path means: itself, or the newest checkpoint of a run folder. */
export function checkpointFile(path: string): string {
  if (!existsSync(path))
    throw new UserError(`There is no checkpoint "${path}"; give a run folder or a .safetensors file.`);
  if (!statSync(path).isDirectory()) return path;
  const newest = listCheckpoints(path)[0];
  if (newest === undefined)
    throw new UserError(`The folder "${path}" holds no checkpoints; is it a run folder?`);
  return newest;
}

/** Checkpoints of a run folder, newest first. */
export function listCheckpoints(runFolder: string): string[] {
  const folder = join(runFolder, 'checkpoints');
  if (!existsSync(folder)) return [];
  const stepOf = (name: string) => Number(checkpointName.exec(name)![1]);
  return readdirSync(folder)
    .filter((name) => checkpointName.test(name))
    .sort((a, b) => stepOf(b) - stepOf(a))
    .map((name) => join(folder, name));
}

/** Where a run folder keeps the checkpoint of a step. */
export function checkpointPath(runFolder: string, step: number): string {
  return join(runFolder, 'checkpoints', `step-${String(step).padStart(7, '0')}.safetensors`);
}

/** Removes all but the newest checkpoints of a run folder. */
export function pruneCheckpoints(runFolder: string, keep: number): void {
  for (const path of listCheckpoints(runFolder).slice(keep)) rmSync(path, { force: true });
}

/** Keys that may change when a run goes on: they touch neither the state nor the draws. */
const freeKeys = /^(preset|loader\.|training\.(checkpointSteps|keepCheckpoints)$)/;

/** @throws UserError listing the keys in which a checkpoint's configuration differs from the one asked for */
export function requireSameConfig(path: string, found: XkdConfig, asked: XkdConfig): void {
  const before = new Map(flattenConfig(found));
  const differing = flattenConfig(asked).filter(
    ([key, value]) => !freeKeys.test(key) && JSON.stringify(before.get(key)) !== JSON.stringify(value),
  );
  if (differing.length === 0) return;
  const list = differing.map(
    ([key, value]) => `${key} (${JSON.stringify(before.get(key))}, asked for ${JSON.stringify(value)})`,
  );
  throw new UserError(
    `"${path}" was made with another configuration: ${list.join(', ')}; ask for the same values or choose another folder.`,
  );
}

function readMetadata(path: string, metadata: Readonly<Record<string, string>>) {
  if (metadata.format !== format) {
    throw new UserError(
      `"${path}" is a safetensors file but not a checkpoint of this project; choose another file.`,
    );
  }
  try {
    return {
      config: validateConfig(JSON.parse(metadata.config)),
      step: Number(metadata.step),
      updates: JSON.parse(metadata.updates) as UpdateCounts,
      hashes: JSON.parse(metadata.sha256) as Record<string, string>,
    };
  } catch (error) {
    throw damaged(path, error instanceof Error ? error.message : 'its metadata cannot be read');
  }
}

function checkNames(path: string, config: XkdConfig, found: ReadonlyMap<string, readonly number[]>): void {
  const expected = parameterSpecs(config).map(({ name, shape }) => [name, shape] as const);
  const centres = Object.values(centreNames).map((name) => [name, [1, config.projector.outputs]] as const);
  const shapes = new Map(expected);
  const moments = Object.values(momentPrefixes).flatMap((prefix) =>
    trainableNames(config).map((name) => [prefix + name, shapes.get(name)!] as const),
  );
  for (const [name, shape] of [...expected, ...centres, ...moments]) {
    if (String(found.get(name)) !== String(shape))
      throw damaged(path, `"${name}" is missing or of another shape`);
  }
}

function hashOf(values: StoredTensor['data']): string {
  return createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest('hex');
}

function damaged(path: string, reason: string): UserError {
  return new UserError(
    `The checkpoint "${path}" is damaged (${reason}); use an older one from the same folder.`,
  );
}
