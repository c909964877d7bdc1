import { existsSync, statSync } from 'node:fs';
import type { Modality, XkdConfig } from '../config';
import { UserError } from '../errors';
import {
  type StoredType,
  type TensorFile,
  type TensorFileArgs,
  type TensorSource,
  type WrittenType,
  openTensorFile,
} from '../files';
import { releaseNames } from '../model';
import { centreNames, decodeMetadata } from '../train';
import { fileOfFolder, folderConfig, parseConfig } from './hubFolder';

/**
 * Contents of a weight file: `release`, the full state under all names of the authors' state dict; `backbone`, one
 * tower as the authors publish it; `other`, something else.
 */
export type WeightKind = 'release' | 'backbone' | 'other';

/**
 * Weights of a file by their PyTorch state dict names, not read yet. A source with several names is a single weight.
 */
export interface WeightSet {
  /** The file; for a run folder its newest checkpoint. */
  readonly path: string;
  /** Location of these weights in a file with several sets, such as `teacher`. */
  readonly stateDict: string | null;
  readonly kind: WeightKind;
  /** For a backbone. */
  readonly modality: Modality | null;
  /** Configuration in the file, if there is one. */
  readonly config: XkdConfig | null;
  /** Number of training steps, if recorded in the file. */
  readonly step: number | null;
  readonly tensors: ReadonlyMap<string, TensorSource>;
  close(): void;
}

/**
 * Opens a run folder, a checkpoint, a weight file (safetensors or `torch.save`, whatever its extension), or a folder in
 * the layout of model hubs.
 *
 * @throws UserError that names what is missing or damaged, or lists the sets of weights to choose from
 */
export async function openWeights(path: string, args: TensorFileArgs = {}): Promise<WeightSet> {
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  const file = await openTensorFile(isFolder ? fileOfFolder(path) : path, args);
  try {
    if (isCheckpoint(file)) return checkpointSet(file);
    const set = fileSet(file);
    return isFolder ? { ...set, config: set.config ?? folderConfig(path) } : set;
  } catch (error) {
    file.close();
    throw error;
  }
}

/** True if a file is a checkpoint of this project: every weight once, optimiser, hashes. */
export function isCheckpoint({ metadata }: TensorFile): boolean {
  return metadata.format?.startsWith('xkd-checkpoint-') ?? false;
}

/** Kind of weights, determined from their names. Those of a backbone may have a prefix such as `backbone.`. */
export function kindOf(names: readonly string[]): {
  kind: WeightKind;
  modality: Modality | null;
  prefix: string;
} {
  const parts = backboneParts(names);
  const isRelease = names.some((name) => /^(vid|aud)_(student|teacher)\./.test(name));
  if (isRelease || parts.length !== 1)
    return { kind: isRelease ? 'release' : 'other', modality: null, prefix: '' };
  const [prefix] = parts;
  const isVideo = names.includes(`${prefix}cuboid_embed.proj.weight`);
  return { kind: 'backbone', modality: isVideo ? 'video' : 'audio', prefix };
}

/** Prefixes of the backbones among these names, such as `''`, `backbone.` or `teacher.backbone.`. */
export function backboneParts(names: readonly string[]): string[] {
  const all = new Set(names);
  const end = 'cls_token';
  return names
    .filter((name) => name === end || name.endsWith(`.${end}`))
    .map((name) => name.slice(0, -end.length))
    .filter((prefix) =>
      ['cuboid_embed', 'patch_embed'].some((each) => all.has(`${prefix}${each}.proj.weight`)),
    );
}

/** A checkpoint's weights under all their released names, without the optimiser. */
function checkpointSet(file: TensorFile): WeightSet {
  const { config, step } = decodeMetadata(file.path, file.metadata);
  const names = [
    ...releaseNames(config),
    ...Object.values(centreNames).map((name): [string, string] => [name, name]),
  ].sort(([a], [b]) => (a < b ? -1 : 1));
  const sources = new Map<string, TensorSource>();
  const tensors = new Map<string, TensorSource>();
  for (const [name, stored] of names) {
    const source = sources.get(stored) ?? sourceOf(file, stored);
    sources.set(stored, source);
    tensors.set(name, source);
  }
  return {
    path: file.path,
    stateDict: null,
    kind: 'release',
    modality: null,
    config,
    step,
    tensors,
    close: () => file.close(),
  };
}

function fileSet(file: TensorFile): WeightSet {
  const { kind, modality, prefix } = kindOf(file.names());
  if (kind === 'other') requireOneBackbone(file);
  const sources = new Map<string, TensorSource>();
  const tensors = new Map<string, TensorSource>();
  for (const name of file.names()) {
    if (!name.startsWith(prefix)) continue;
    const source = sources.get(file.storageOf(name)) ?? sourceOf(file, name);
    sources.set(file.storageOf(name), source);
    tensors.set(name.slice(prefix.length), source);
  }
  const { path, stateDict } = file;
  return { path, stateDict, kind, modality, ...carried(file), tensors, close: () => file.close() };
}

/** @throws UserError listing the backbones if the names belong to several networks */
function requireOneBackbone(file: TensorFile): void {
  const parts = backboneParts(file.names()).map((prefix) => prefix.replace(/\.$/, ''));
  if (parts.length < 2) return;
  throw new UserError(
    `"${file.path}" holds several backbones (${parts.join(', ')}); choose one, such as --state-dict ${parts[0]} (in a notebook: stateDict: '${parts[0]}').`,
  );
}

/** 16-bit values keep their type, so that they can be written with the same type. */
function sourceOf(file: TensorFile, name: string): TensorSource {
  const { dtype, shape } = file.entry(name);
  return { dtype: sourceType(dtype), shape, data: () => file.read(name).data };
}

function sourceType(stored: StoredType): WrittenType {
  if (stored === 'F16' || stored === 'BF16') return stored;
  return stored.startsWith('F') ? 'F32' : 'I32';
}

/** The configuration and step that files written by this project contain. */
export function carried({ metadata }: TensorFile): { config: XkdConfig | null; step: number | null } {
  const step = Number(metadata.step ?? NaN);
  return {
    config: metadata.config === undefined ? null : parseConfig(metadata.config),
    step: Number.isInteger(step) ? step : null,
  };
}
