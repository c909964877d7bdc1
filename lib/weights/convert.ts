import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { XkdConfig } from '../config';
import { UserError } from '../errors';
import {
  type TensorSource,
  type TensorValues,
  byteLengthOf,
  makeFolder,
  writeSafetensors,
  writeTorchFile,
} from '../files';
import { RunFolder, type TrainState, checkpointPath, listCheckpoints, saveCheckpoint } from '../train';
import { BackboneNetwork, readBackbone } from './backbone';
import { hubFiles } from './hubFolder';
import { type WeightsArgs, withPositions } from './positions';
import { releaseState } from './releaseState';
import { type WeightSet, openWeights } from './weightSet';
import { writeHubDescription } from './writeHub';

/** Type of the written floating-point values: one type for all, or 16-bit values as they were stored. */
export type WrittenFloats = 'f32' | 'f16' | 'bf16' | 'keep';

export interface ConvertArgs extends WeightsArgs {
  /**
   * Run folder, checkpoint, weight file or folder in the layout of model hubs. Several only if they are backbones for a
   * run folder.
   */
  readonly from: readonly string[];
  /** A `.safetensors`, `.pth`, `.pth.tar` or `.pt` file, or a folder (a path without one of these extensions). */
  readonly to: string;
  /** Layout of a folder; default: a run folder. */
  readonly layout?: 'run' | 'hub';
  /** Default: `f32`. */
  readonly dtype?: WrittenFloats;
  /** Writes only the backbone of this tower, in the authors' format: `vid_student`, `aud_teacher`, ... */
  readonly tower?: string;
  /** For a run folder, if the files contain no configuration. */
  readonly config?: XkdConfig;
  /** Replaces an existing file. */
  readonly force?: boolean;
  /** Called with the bytes of values written so far, and the total. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Converted {
  readonly path: string;
  readonly tensors: number;
  /** Names of weights that did not come from the files, such as decoders when only a backbone was given. */
  readonly fresh: readonly string[];
}

type OutputFormat = 'safetensors' | 'torch' | 'runFolder' | 'hub';

/** Format for a path's extension. */
export function outputFormat(path: string): OutputFormat {
  if (/\.safetensors$/i.test(path)) return 'safetensors';
  if (/\.(pth|pth\.tar|pt)$/i.test(path)) return 'torch';
  const ending = /\.(ckpt|bin|tar|h5|npz|onnx|pkl|pickle|json|zip)$/i.exec(path);
  if (ending) {
    throw new UserError(
      `"${path}" ends in ${ending[0]}, which is not a format that can be written; end it in .safetensors, .pth, .pth.tar or .pt, or give a folder.`,
    );
  }
  return 'runFolder';
}

/**
 * Converts weights between checkpoints, safetensors with PyTorch's names, `torch.save` files, and folders in the layout
 * of model hubs (`model.safetensors`, `config.json`, and a model card with the run's figures). Written files contain
 * every name of the released state dict, so that `load_state_dict` accepts them unchanged. The optimiser state is not
 * converted.
 *
 * @throws UserError if a file is in the way or can't be read or written, or if weights do not fit
 */
export async function convertWeights(args: ConvertArgs): Promise<Converted> {
  const format = args.layout === 'hub' ? hubFormat(args.to) : outputFormat(args.to);
  requireFree(args, format);
  const sets: WeightSet[] = [];
  try {
    for (const path of args.from) sets.push(await openWeights(path, args));
    if (format === 'runFolder') return await writeRun(sets, args);
    if (sets.length !== 1) {
      throw new UserError(
        `${sets.length} files cannot become one; give one, or a run folder to put backbones together.`,
      );
    }
    return await writeWeights(sets[0], format, args);
  } finally {
    sets.forEach((set) => set.close());
  }
}

function hubFormat(to: string): 'hub' {
  if (outputFormat(to) === 'runFolder') return 'hub';
  throw new UserError(`"${to}" is to be a folder in the layout of model hubs; leave the ending out.`);
}

function requireFree({ to, force }: ConvertArgs, format: OutputFormat): void {
  const isFolder = format === 'runFolder' || format === 'hub';
  if (isFolder && listCheckpoints(to).length > 0) {
    throw new UserError(`"${to}" already holds a run; choose another folder.`);
  }
  const files =
    format === 'hub' ? Object.values(hubFiles).map((name) => join(to, name)) : isFolder ? [] : [to];
  const inTheWay = files.find((path) => existsSync(path));
  if (inTheWay !== undefined && !force) {
    throw new UserError(`"${inTheWay}" already exists; add --force to replace it, or choose another name.`);
  }
}

async function writeWeights(given: WeightSet, format: OutputFormat, args: ConvertArgs): Promise<Converted> {
  const { onProgress = () => undefined, to } = args;
  const config = (args.interpolatePositions ? args.config : null) ?? given.config ?? args.config;
  const set = config === undefined ? given : withPositions(given, config, args);
  const chosen = args.tower === undefined ? set.tensors : towerOf(set, args.tower);
  const tensors = writtenAs(chosen, args.dtype ?? 'f32');
  const metadata: Record<string, string> = {
    ...(config ? { config: JSON.stringify(config) } : {}),
    ...(set.step === null ? {} : { step: String(set.step) }),
  };
  if (format === 'torch') {
    const total = bytesIn(new Set(tensors.values()));
    await writeTorchFile(to, tensors, metadata, (done) => onProgress(done, total));
  } else {
    if (format === 'hub') makeFolder(to);
    const path = format === 'hub' ? join(to, hubFiles.weights) : to;
    // Readers in other libraries expect this key.
    const total = bytesIn(tensors.values());
    let done = 0;
    const counted = watched(tensors, (_, __, source) => onProgress((done += byteLengthOf(source)), total));
    writeSafetensors(path, counted, { format: 'pt', ...metadata });
  }
  if (format === 'hub') {
    writeHubDescription(to, describedBy(set, config ?? null, tensors, args.tower), args.from[0]);
  }
  return { path: to, tensors: tensors.size, fresh: [] };
}

/** Description of what was written: one tower of a full state, if one was requested. */
function describedBy(
  set: WeightSet,
  config: XkdConfig | null,
  tensors: WeightSet['tensors'],
  tower: string | undefined,
): WeightSet {
  if (tower === undefined) return { ...set, config, tensors };
  return { ...set, config, tensors, kind: 'backbone', modality: tower.startsWith('vid') ? 'video' : 'audio' };
}

/** The same tensors with the types in which they are written. */
function writtenAs(
  tensors: ReadonlyMap<string, TensorSource>,
  dtype: WrittenFloats,
): ReadonlyMap<string, TensorSource> {
  if (dtype === 'keep') return tensors;
  const type = ({ f32: 'F32', f16: 'F16', bf16: 'BF16' } as const)[dtype];
  // A source with several names remains a single source.
  const changed = new Map<TensorSource, TensorSource>();
  for (const source of tensors.values()) {
    changed.set(source, source.dtype === 'I32' ? source : { ...source, dtype: type });
  }
  const written = new Map([...tensors].map(([name, source]) => [name, changed.get(source)!]));
  return type === 'F16' ? watched(written, requireRange) : written;
}

/** @throws UserError if rounding to F16 would make a number infinite */
function requireRange(name: string, values: TensorValues): void {
  const beyond = values.find((value) => Number.isFinite(value) && Math.abs(value) >= 65520);
  if (beyond === undefined) return;
  throw new UserError(
    `"${name}" holds ${beyond}, which is beyond the range of f16; take --dtype bf16 instead.`,
  );
}

/** Backbone of a tower, by the names of the authors' files. */
function towerOf({ path, tensors, kind }: WeightSet, tower: string): Map<string, TensorSource> {
  const prefix = `${tower}.backbone.`;
  const found = [...tensors].filter(([name]) => name.startsWith(prefix));
  if (found.length === 0) {
    const why =
      kind === 'backbone' ? 'it holds one backbone already; leave --tower out' : 'it has no such names';
    throw new UserError(`"${path}" has no tower "${tower}": ${why}.`);
  }
  return new Map(found.map(([name, source]) => [name.slice(prefix.length), source]));
}

/** Writes a folder with a checkpoint at step 0, as read by `probe` and notebooks. */
async function writeRun(sets: readonly WeightSet[], args: ConvertArgs): Promise<Converted> {
  const { state, fresh } = stateOf(sets, args);
  try {
    const folder = await RunFolder.open(args.to, false);
    folder.writeJson('config.json', state.config);
    folder.close();
    const path = checkpointPath(args.to, 0);
    saveCheckpoint(state, path);
    return { path, tensors: state.tensors.weights.size, fresh };
  } finally {
    state.dispose();
  }
}

function stateOf(
  sets: readonly WeightSet[],
  { config: given, tower, to, ...args }: ConvertArgs,
): { state: TrainState; fresh: string[] } {
  if (tower !== undefined) {
    throw new UserError(`--tower writes a file of one backbone; end "${to}" in .pth.tar or .safetensors.`);
  }
  if (args.dtype !== undefined && args.dtype !== 'f32') {
    throw new UserError(`--dtype is for files of weights; a run folder holds them in f32.`);
  }
  const config = given ?? sets.find((set) => set.config !== null)?.config ?? null;
  if (config === null) {
    throw new UserError(
      `"${sets[0].path}" does not contain its configuration; add the preset with which it was trained, such as --preset base.`,
    );
  }
  if (sets.length === 1 && sets[0].kind === 'release')
    return { state: releaseState(withPositions(sets[0], config, args), config), fresh: [] };
  const backbones = sets.map((set) => readBackbone(set, { config, ...args }));
  const network = new BackboneNetwork(config, backbones);
  try {
    return { state: network.toState(), fresh: ['heads', 'decoders', ...network.missingModalities()] };
  } finally {
    network.dispose();
  }
}

function bytesIn(sources: Iterable<TensorSource>): number {
  return [...sources].reduce((sum, source) => sum + byteLengthOf(source), 0);
}

/**
 * The same tensors, which report their values when they are read. A source with several names remains a single source.
 */
function watched(
  tensors: ReadonlyMap<string, TensorSource>,
  onValues: (name: string, values: TensorValues, source: TensorSource) => void,
): Map<string, TensorSource> {
  const watchers = new Map<TensorSource, TensorSource>();
  for (const [name, source] of tensors) {
    if (watchers.has(source)) continue;
    const data = () => {
      const values = typeof source.data === 'function' ? source.data() : source.data;
      onValues(name, values, source);
      return values;
    };
    watchers.set(source, { ...source, data });
  }
  return new Map([...tensors].map(([name, source]) => [name, watchers.get(source)!]));
}
