import type { BadClip } from '../../data';
import { DamagedFile, lookAt } from '../../files';
import { putAside } from '../../train/state/checkpointFolder';
import { damagedState, readStateTensors, withStateFile, writeStateFile } from '../../train/state/stateFile';
import { ClassifierState, trainedSpecs, type ClassifierSetup, type EpochSum } from './state';

/*
 * The checkpoint of a classifier in training is a state's file: every weight is trained, and the metadata hold the step
 * and the loss of the epoch in progress.
 */

const format = 'xkd-classifier-1';
const prefix = '';

/** Writes a state atomically. */
export function saveClassifier(state: ClassifierState, path: string): void {
  writeStateFile(path, state.tensors, prefix, {
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
  if (lookAt(path) === null) return null;
  try {
    return readState(path, setup);
  } catch (error) {
    if (!(error instanceof DamagedFile)) throw error;
    putAside(path);
    report(`"${path}" is damaged (${error.reason}); training starts again.`);
    return null;
  }
}

function readState(path: string, setup: ClassifierSetup): ClassifierState {
  const decode = (metadata: Readonly<Record<string, string>>) => {
    if (metadata.format !== format) throw damagedState(path, 'it is not a classifier in training');
    return metadata;
  };
  const specs = trainedSpecs(setup);
  return withStateFile(path, decode, (reader, { step, epoch, skipped = '[]' }) => {
    const tensors = readStateTensors(reader, { prefix, weights: specs, trained: specs });
    return new ClassifierState(
      tensors,
      Number(step),
      JSON.parse(epoch) as EpochSum,
      JSON.parse(skipped) as BadClip[],
    );
  });
}
