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
 * What a file of weights holds: `release`, the whole state under all names of the authors' state dict; `backbone`, one
 * tower as the authors publish them; `other`, something else.
 */
export type WeightKind = 'release' | 'backbone' | 'other';

/** Weights of a file, by the names of PyTorch's state dict, unread. One source under several names is one weight. */
export interface WeightSet {
  /** The file: of a run folder its newest checkpoint. */
  readonly path: string;
  /** Where these weights stand in a file that holds several sets, such as `teacher`. */
  readonly stateDict: string | null;
  readonly kind: WeightKind;
  /** Of a backbone. */
  readonly modality: Modality | null;
  /** The configuration that the file carries, if it does. */
  readonly config: XkdConfig | null;
  /** Steps taken in training, where the file tells. */
  readonly step: number | null;
  readonly tensors: ReadonlyMap<string, TensorSource>;
  close(): void;
}

/**
 * Opens a run folder, a checkpoint, a file of weights (safetensors or `torch.save`, whatever its ending), or a folder
 * in the layout of model hubs.
 *
 * @throws UserError naming what is missing or damaged, or the sets of weights to choose from
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

/** Whether a file is a checkpoint of this project: weights once each, optimiser, hashes. */
export function isCheckpoint({ metadata }: TensorFile): boolean {
  return metadata.format?.startsWith('xkd-checkpoint-') ?? false;
}

/** The kind of weights by their names; those of a backbone may have a prefix such as `backbone.` before them. */
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

/** A checkpoint's weights under every name that the release gives them; its optimiser is left out. */
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

/** @throws UserError listing the backbones where the names are of several networks in one */
function requireOneBackbone(file: TensorFile): void {
  const parts = backboneParts(file.names()).map((prefix) => prefix.replace(/\.$/, ''));
  if (parts.length < 2) return;
  throw new UserError(
    `"${file.path}" holds several backbones (${parts.join(', ')}); choose one, such as --state-dict ${parts[0]} (in a notebook: stateDict: '${parts[0]}').`,
  );
}

/** Values of 16 bits keep their type, so that they can be written in it again. */
function sourceOf(file: TensorFile, name: string): TensorSource {
  const { dtype, shape } = file.entry(name);
  return { dtype: sourceType(dtype), shape, data: () => file.read(name).data };
}

function sourceType(stored: StoredType): WrittenType {
  if (stored === 'F16' || stored === 'BF16') return stored;
  return stored.startsWith('F') ? 'F32' : 'I32';
}

/** The configuration and the step that our own files carry. */
export function carried({ metadata }: TensorFile): { config: XkdConfig | null; step: number | null } {
  const step = Number(metadata.step ?? NaN);
  return {
    config: metadata.config === undefined ? null : parseConfig(metadata.config),
    step: Number.isInteger(step) ? step : null,
  };
}
