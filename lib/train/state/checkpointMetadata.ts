import { type XkdConfig, validateConfig } from '../../config';
import type { BadClip } from '../../data/types';
import { UserError } from '../../errors';
import type { ConfigChange } from '../runs/changeLog';
import type { ClipsFingerprint } from '../runs/clipsFingerprint';
import type { RunLength } from '../optimiser/schedules';
import type { UpdateCounts } from './state';

/** Contents of a checkpoint other than its tensors. */
export interface CheckpointInfo {
  readonly path: string;
  /** Number of steps taken, which is the number of the next step. */
  readonly step: number;
  readonly config: XkdConfig;
  /** The configuration at the start of the run, and the changes since. */
  readonly begun: XkdConfig;
  readonly changes: readonly ConfigChange[];
  readonly updates: UpdateCounts;
  /** Training clips found unusable so far. */
  readonly skipped: readonly BadClip[];
  /** The run it belongs to; null for weights without a run. */
  readonly run: RunFacts | null;
}

/** Determines a run's steps, together with its configuration. */
export interface RunFacts {
  readonly length: RunLength;
  readonly clips: ClipsFingerprint;
}

/** Position in a run. Schedules, random draws and the loader's position follow from this and the configuration. */
export interface RunPosition {
  readonly seed: number;
  readonly step: number;
  readonly epoch: number;
  /** Steps taken in this epoch. */
  readonly stepInEpoch: number;
  readonly stepsPerEpoch: number;
  /** Number of steps in the whole run. */
  readonly steps: number;
}

const format = 'xkd-checkpoint-2';

const draws =
  'Every random draw (weights, order of clips, windows, augmentation, masks) is a function of the seed, the epoch or ' +
  'step and the place in it: this position is the whole state of random streams, schedules and loader.';

/** Encodes the metadata of a checkpoint, without the hashes: strings by name, as safetensors requires. */
export function encodeMetadata(info: Omit<CheckpointInfo, 'path'>): Record<string, string> {
  const { config, begun, changes, step, updates, skipped, run } = info;
  const metadata = {
    format,
    step: String(step),
    config: JSON.stringify(config),
    updates: JSON.stringify(updates),
    ...(skipped.length > 0 && { skipped: JSON.stringify(skipped) }),
    ...(changes.length > 0 && { begun: JSON.stringify(begun), changes: JSON.stringify(changes) }),
  };
  if (run === null) return metadata;
  const position = positionAt(config, step, run.length);
  return { ...metadata, position: JSON.stringify(position), clips: JSON.stringify(run.clips), draws };
}

/**
 * The inverse of {@link encodeMetadata}.
 *
 * @throws UserError if a file is not a checkpoint, or has another version
 */
export function decodeMetadata(path: string, metadata: Readonly<Record<string, string>>): CheckpointInfo {
  if (metadata.format !== format) throw foreign(path, metadata.format);
  const { step, config, begun = config, changes = '[]', updates, skipped = '[]', position, clips } = metadata;
  return {
    path,
    step: Number(step),
    config: readConfig(path, config),
    begun: readConfig(path, begun),
    changes: JSON.parse(changes) as ConfigChange[],
    updates: JSON.parse(updates) as UpdateCounts,
    skipped: JSON.parse(skipped) as BadClip[],
    run: position === undefined ? null : runFacts(JSON.parse(position) as RunPosition, clips),
  };
}

export function positionAt({ seed }: XkdConfig, step: number, length: RunLength): RunPosition {
  const { stepsPerEpoch, steps } = length;
  return {
    seed,
    step,
    epoch: Math.floor(step / stepsPerEpoch),
    stepInEpoch: step % stepsPerEpoch,
    stepsPerEpoch,
    steps,
  };
}

function runFacts({ stepsPerEpoch, steps }: RunPosition, clips: string): RunFacts {
  return { length: { stepsPerEpoch, steps }, clips: JSON.parse(clips) as ClipsFingerprint };
}

/** The metadata are hashed, so an invalid configuration comes from a version with other keys. */
function readConfig(path: string, text: string): XkdConfig {
  try {
    return validateConfig(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      `"${path}" was written by another version of this program, whose configuration differs: ${reason}`,
    );
  }
}

function foreign(path: string, found: string | undefined): UserError {
  return new UserError(
    found?.startsWith('xkd-checkpoint-')
      ? `"${path}" was written by another version of this program (${found}, this one reads ${format}); use that version, or start again in another folder.`
      : `"${path}" is a safetensors file but not a checkpoint of this project; choose another file.`,
  );
}
