import { configChanges, variantNames } from '../../config';
import type { BadFile, ClipPool, Dataset } from '../../data';
import { labelledTwice, learntAndTested } from '../../data/lists/folds';
import type { Role } from '../../model';
import { shownAs } from '../../shown';
import type { Network } from '../features';
import {
  meanMetrics,
  protocolTable,
  type EvaluationModality,
  type FoldResult,
  type ProtocolResult,
} from '../results';
import { hashTowers } from '../networkHash';
import type { ProtocolName } from './registry';

/** Progress of one activity of a protocol. */
export interface ProtocolProgress {
  /** The activity, such as `features`. */
  readonly label: string;
  readonly done: number;
  readonly total: number;
  /** The unit that is counted, in the plural. */
  readonly unit: string;
  /** Figures shown with it, such as a loss. */
  readonly figures?: Readonly<Record<string, string>>;
}

/** Arguments of every protocol. */
export interface ProtocolArgs {
  /** From a checkpoint, from weight files, from a run in progress, or untrained. */
  readonly network: Network;
  /** Source of the weights, for the result. */
  readonly source: string;
  /** Pretraining steps, if known. */
  readonly step?: number | null;
  readonly dataset: Dataset;
  readonly modality: EvaluationModality;
  readonly tower: Role;
  /** Seed of all random draws. */
  readonly seed: number;
  /**
   * Folder for intermediate results that may be reused: features, classifiers in training. Those of other weights,
   * files or settings are left alone.
   */
  readonly store: string;
  /** Decoding threads, to share with others. */
  readonly pool?: ClipPool;
  readonly onProgress?: (progress: ProtocolProgress) => void;
  /** Requests a stop: what has been computed stays in the store, and `Stopped` is thrown. */
  readonly signal?: AbortSignal;
  /** Command line arguments, for the result. */
  readonly createdBy?: readonly string[];
}

/** Findings of a protocol. */
export interface ProtocolFindings {
  readonly folds: readonly FoldResult[];
  /** Default: means over the folds. */
  readonly metrics?: Readonly<Record<string, number>>;
  readonly intervals?: ProtocolResult['intervals'];
  readonly skipped: readonly BadFile[];
  /** What readers of the figures must know, one sentence each. */
  readonly notes?: readonly string[];
}

/** Result of a protocol, as written to files. */
export function protocolResult(
  protocol: ProtocolName,
  args: ProtocolArgs,
  settings: Readonly<Record<string, unknown>>,
  findings: ProtocolFindings,
): ProtocolResult {
  const { dataset, modality, tower, network, source, step = null, seed, createdBy = [] } = args;
  const { config } = network;
  const { folds, metrics = meanMetrics(folds), intervals, skipped, notes = [] } = findings;
  const allNotes = [...notes, ...leakNotes(dataset), ...labelNotes(dataset)];
  const result: ProtocolResult = {
    format: 1,
    protocol,
    dataset: {
      name: dataset.name,
      root: dataset.root,
      ...(dataset.original !== undefined && { original: dataset.original }),
      classes: dataset.classes,
      multiLabel: dataset.multiLabel,
    },
    modality,
    tower,
    network: {
      source,
      hash: hashTowers(network, modality, tower),
      preset: config.preset,
      variant: variantNames[config.sharing],
      changes: configChanges(config),
      step,
      seed: config.seed,
    },
    settings,
    seed,
    folds,
    metrics,
    ...(intervals && { intervals }),
    skipped,
    ...(allNotes.length > 0 && { notes: allNotes }),
    createdBy,
  };
  return shownAs(result, protocolTable);
}

function leakNotes(dataset: Dataset): string[] {
  const paths = learntAndTested(dataset);
  if (paths.length === 0) return [];
  const what =
    paths.length === 1 ? `The file ${paths[0]} is` : `${paths.length} files, such as ${paths[0]}, are`;
  return [`${what} both learnt from and tested on, so the figures are not those of new files.`];
}

function labelNotes(dataset: Dataset): string[] {
  const names = labelledTwice(dataset);
  if (names.length === 0) return [];
  const what =
    names.length === 1 ? `The file ${names[0]} has` : `${names.length} files, such as ${names[0]}, have`;
  return [`${what} several labels, so no answer is right for all of them.`];
}

export { Stopped, stopRequestOf, throwIfStopped } from './stop';
