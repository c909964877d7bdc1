import { type XkdConfig, validateConfig } from '../config';
import type { BadClip } from '../data/types';
import { UserError } from '../errors';
import type { ConfigChange } from './changeLog';
import type { ClipsFingerprint } from './clipsFingerprint';
import type { RunLength } from './schedules';
import type { UpdateCounts } from './state';

/** What a checkpoint tells besides its tensors. */
export interface CheckpointInfo {
  readonly path: string;
  /** Steps taken: the next one has this number. */
  readonly step: number;
  readonly config: XkdConfig;
  /** The configuration with which its run was begun, and what was changed since. */
  readonly begun: XkdConfig;
  readonly changes: readonly ConfigChange[];
  readonly updates: UpdateCounts;
  /** Training clips that could not be used up to here. */
  readonly skipped: readonly BadClip[];
  /** The run that it is from; null for weights that stand alone. */
  readonly run: RunFacts | null;
}

/** What fixes a run's steps besides its configuration. */
export interface RunFacts {
  readonly length: RunLength;
  readonly clips: ClipsFingerprint;
}

/** Where a run stands. Schedules, random draws and the loader's place all follow from this and the configuration. */
export interface RunPosition {
  readonly seed: number;
  readonly step: number;
  readonly epoch: number;
  /** Steps taken in this epoch. */
  readonly stepInEpoch: number;
  readonly stepsPerEpoch: number;
  /** Steps of the whole run. */
  readonly steps: number;
}

const format = 'xkd-checkpoint-2';

const draws =
  'Every random draw (weights, order of clips, windows, augmentation, masks) is a function of the seed, the epoch or ' +
  'step and the place in it: this position is the whole state of random streams, schedules and loader.';

/** Metadata of a checkpoint: text by name, as safetensors has it, without the hashes. */
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
 * The reverse of {@link encodeMetadata}.
 *
 * @throws UserError where a file is no checkpoint, or one of another version
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

/** The metadata are sealed: what doesn't hold now was written by a version with other keys. */
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
