import { existsSync, statSync } from 'node:fs';
import { type Modality, type XkdConfig, validateConfig } from '../config';
import { UserError } from '../errors';
import { type TensorFile, type TensorSource, openTensorFile } from '../files';
import { releaseNames } from '../model';
import { centreNames, checkpointFile, decodeMetadata } from '../train';

/**
 * What a file of weights holds: `release`, the whole state under all names of the authors' state dict; `backbone`, one
 * tower as the authors publish them; `other`, something else.
 */
export type WeightKind = 'release' | 'backbone' | 'other';

/** Weights of a file, by the names of PyTorch's state dict, unread. One source under several names is one weight. */
export interface WeightSet {
  /** The file, of a run folder its newest checkpoint. */
  readonly path: string;
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
 * Opens a run folder, a checkpoint, or a file of weights (safetensors or `torch.save`), whatever its ending.
 *
 * @throws UserError naming what is missing or damaged
 */
export async function openWeights(path: string): Promise<WeightSet> {
  if (existsSync(path) && statSync(path).isDirectory()) return openWeights(checkpointFile(path));
  const file = await openTensorFile(path);
  try {
    return isCheckpoint(file) ? checkpointSet(file) : fileSet(file);
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Whether a file is a checkpoint of this project: weights once each, optimiser, hashes. */
export function isCheckpoint({ metadata }: TensorFile): boolean {
  return metadata.format?.startsWith('xkd-checkpoint-') ?? false;
}

/** The kind of weights by their names; those of a backbone may have `backbone.` before them. */
export function kindOf(names: readonly string[]): {
  kind: WeightKind;
  modality: Modality | null;
  prefix: string;
} {
  if (names.some((name) => /^(vid|aud)_(student|teacher)\./.test(name))) {
    return { kind: 'release', modality: null, prefix: '' };
  }
  for (const prefix of ['', 'backbone.']) {
    const has = (name: string) => names.includes(prefix + name);
    const video = has('cuboid_embed.proj.weight');
    if (has('cls_token') && (video || has('patch_embed.proj.weight'))) {
      return { kind: 'backbone', modality: video ? 'video' : 'audio', prefix };
    }
  }
  return { kind: 'other', modality: null, prefix: '' };
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
  const sources = new Map<string, TensorSource>();
  const tensors = new Map<string, TensorSource>();
  for (const name of file.names()) {
    if (!name.startsWith(prefix)) continue;
    const source = sources.get(file.storageOf(name)) ?? sourceOf(file, name);
    sources.set(file.storageOf(name), source);
    tensors.set(name.slice(prefix.length), source);
  }
  return { path: file.path, kind, modality, ...carried(file), tensors, close: () => file.close() };
}

function sourceOf(file: TensorFile, name: string): TensorSource {
  const { dtype, shape } = file.entry(name);
  const isFloat = ['F64', 'F32', 'F16', 'BF16'].includes(dtype);
  return { dtype: isFloat ? 'F32' : 'I32', shape, data: () => file.read(name).data };
}

/** The configuration and the step that our own files carry. */
export function carried({ metadata }: TensorFile): { config: XkdConfig | null; step: number | null } {
  const step = Number(metadata.step ?? NaN);
  return { config: carriedConfig(metadata.config), step: Number.isInteger(step) ? step : null };
}

function carriedConfig(text: string | undefined): XkdConfig | null {
  if (text === undefined) return null;
  try {
    return validateConfig(JSON.parse(text));
  } catch (error) {
    // Other programs may use this name for something else, and other versions for other keys.
    if (error instanceof UserError || error instanceof SyntaxError) return null;
    throw error;
  }
}
