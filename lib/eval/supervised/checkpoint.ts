import { existsSync, renameSync } from 'node:fs';
import type { BadClip } from '../../data';
import { DamagedFile, openSafetensors, writeSealedSafetensors, type TensorSource } from '../../files';
import { upload } from '../../tensor/backend';
import { tf } from '../../tensor/native';
import { type StateTensors, disposeTensors, stateGroups } from '../../train/stateTensors';
import { ClassifierState, trainedSpecs, type ClassifierSetup, type EpochSum } from './state';

/*
 * The checkpoint of a classifier in training is one safetensors file: the weights under their names, AdamW's moments
 * under `first.` and `second.`, and in the metadata the step and a hash of everything.
 */

const format = 'xkd-classifier-1';
const prefixes = { weights: '', first: 'first.', second: 'second.' } as const;

/** Writes a state atomically. */
export function saveClassifier(state: ClassifierState, path: string): void {
  const tensors = new Map<string, TensorSource>();
  for (const group of stateGroups) {
    state.tensors[group].forEach((tensor, name) =>
      tensors.set(prefixes[group] + name, {
        dtype: 'F32',
        shape: tensor.shape,
        data: () => tensor.dataSync() as Float32Array,
      }),
    );
  }
  writeSealedSafetensors(path, tensors, {
    format,
    step: String(state.step),
    epoch: JSON.stringify(state.epoch),
    ...(state.skipped.length > 0 && { skipped: JSON.stringify(state.skipped) }),
  });
}

/**
 * Reads a state from a file; null if there is none. A damaged file is renamed and reported, and training starts again.
 */
export function readClassifier(
  path: string,
  setup: ClassifierSetup,
  report: (sentence: string) => void,
): ClassifierState | null {
  if (!existsSync(path)) return null;
  try {
    return readState(path, setup);
  } catch (error) {
    if (!(error instanceof DamagedFile)) throw error;
    renameSync(path, `${path}.damaged`);
    report(`"${path}" is damaged (${error.reason}); training starts again.`);
    return null;
  }
}

function readState(path: string, setup: ClassifierSetup): ClassifierState {
  const reader = openSafetensors(path);
  const tensors: StateTensors = { weights: new Map(), first: new Map(), second: new Map() };
  try {
    const { metadata } = reader;
    if (!reader.sealed || metadata.format !== format)
      throw damaged(path, 'it is not a classifier in training');
    for (const group of stateGroups) {
      for (const { name, shape } of trainedSpecs(setup)) {
        const stored = prefixes[group] + name;
        if (!reader.has(stored) || String(reader.entry(stored).shape) !== String(shape)) {
          throw damaged(path, `"${stored}" is missing or of another shape`);
        }
        const tensor = tf.tensor(reader.read(stored).data, [...shape], 'float32');
        upload(tensor);
        tensors[group].set(name, tensor);
      }
    }
    const skipped = JSON.parse(metadata.skipped ?? '[]') as BadClip[];
    return new ClassifierState(
      tensors,
      Number(metadata.step),
      JSON.parse(metadata.epoch) as EpochSum,
      skipped,
    );
  } catch (error) {
    disposeTensors(tensors);
    throw error;
  } finally {
    reader.close();
  }
}

function damaged(path: string, reason: string): DamagedFile {
  return new DamagedFile(`"${path}" is damaged (${reason}); remove it.`, reason);
}
