import type { Modality, XkdConfig } from '../config';
import {
  evaluationBatches,
  type BadFile,
  type ClipPool,
  type EvaluationBatch,
  type MediaEntry,
} from '../data';
import { UserError } from '../errors';
import type { Role } from '../model';
import type { WeightScope } from '../nn';
import { FeatureExtractor } from './featureExtractor';
import type { FeatureMatrix } from './featureMatrix';

/** A network to evaluate: the training state of a checkpoint or of a run in progress. */
export interface Network {
  readonly config: XkdConfig;
  /** The network's weights under any of the names that the released weights use. */
  readonly scope: WeightScope;
}

export type MakeClips = (entries: readonly MediaEntry[], batch: number) => AsyncIterable<EvaluationBatch>;

export interface FeatureArgs {
  readonly network: Network;
  readonly entries: readonly MediaEntry[];
  /** Modalities to compute features of. Each file is decoded once for all of them. */
  readonly modalities: readonly Modality[];
  /** Default: student. */
  readonly tower?: Role;
  /** Clips per forward pass. */
  readonly batch?: number;
  /** Decoding threads and cache, to share with others. */
  readonly pool?: ClipPool;
  /** Makes the clips of the entries, a number of them at a time, instead of decoding them. */
  readonly clips?: MakeClips;
  readonly onProgress?: (done: number, total: number) => void;
  /** Called with every file that can't be used. */
  readonly onSkip?: (bad: BadFile) => void;
}

/** Features of the usable clips, one row each, in the order of `entries`. */
export interface ClipFeatures {
  readonly entries: readonly MediaEntry[];
  /** Holds only the requested modalities. */
  readonly features: Readonly<Partial<Record<Modality, FeatureMatrix>>>;
}

/**
 * Features of the middle of each clip from a frozen backbone: the mean of the patch tokens after the final norm,
 * without the class token and the head (docs/method.md, section 10).
 *
 * @throws UserError if files can't be used, or if features are not finite
 */
export async function extractFeatures(args: FeatureArgs): Promise<ClipFeatures> {
  const { network, entries, modalities, tower = 'student', batch = 32, pool, onSkip } = args;
  const rows: Record<Modality, Float32Array[]> = { video: [], audio: [] };
  const used: MediaEntry[] = [];
  const extractor = new FeatureExtractor(network, tower, batch);
  const decode: MakeClips = (wanted) =>
    evaluationBatches(wanted, network.config, { batch, modalities, pool, onSkip });
  const { clips: makeClips = decode } = args;
  try {
    for await (const clips of makeClips(entries, batch)) {
      for (const modality of modalities) {
        rows[modality].push(await extractor.extract(modality, clips[modality]!));
      }
      used.push(...clips.entries);
      args.onProgress?.(used.length, entries.length);
    }
  } finally {
    extractor.dispose();
  }
  const { width } = network.config.encoder;
  const matrices = modalities.map((modality) => [modality, joinRows(rows[modality], width)] as const);
  for (const [modality, { data }] of matrices) {
    if (data.some((value) => !Number.isFinite(value))) throw notFinite(modality, tower);
  }
  return { entries: used, features: Object.fromEntries(matrices) };
}

function joinRows(parts: readonly Float32Array[], columns: number): FeatureMatrix {
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return { data, rows: data.length / columns, columns };
}

function notFinite(modality: Modality, tower: Role): UserError {
  return new UserError(
    `The ${modality} ${tower} gives features that are not finite numbers: its training has diverged; use an earlier checkpoint.`,
  );
}
