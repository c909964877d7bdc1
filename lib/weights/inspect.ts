import { existsSync, statSync } from 'node:fs';
import { type XkdConfig, configure, flattenConfig, presets } from '../config';
import { type StoredType, type TensorFile, type TensorFileArgs, openTensorFile } from '../files';
import { decodeMetadata } from '../train';
import { fileOfFolder, folderConfig } from './hubFolder';
import { carried, isCheckpoint, kindOf } from './weightSet';

/** A tensor as the file stores it. */
export interface InspectedTensor {
  readonly name: string;
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  readonly bytes: number;
  /** An earlier name of the same values, where the file stores them once. */
  readonly sameAs?: string;
}

/** Parameters of one part, such as `vid_student.backbone`. */
export interface InspectedPart {
  readonly part: string;
  readonly tensors: number;
  /** Values, each counted once. */
  readonly parameters: number;
}

/** All that a file of weights tells without its values. */
export interface Inspection {
  readonly path: string;
  readonly format: string;
  readonly bytes: number;
  /** In words: a checkpoint, a whole state, a backbone, or other tensors. */
  readonly holds: string;
  readonly step: number | null;
  readonly config: XkdConfig | null;
  /** Keys in which the configuration differs from its preset. */
  readonly changes: Readonly<Record<string, unknown>>;
  /** `none`, `present`, or after a check `sound`. */
  readonly hashes: 'none' | 'present' | 'sound';
  readonly metadata: Readonly<Record<string, string>>;
  /** Which set of weights of the file this is, where it holds several, and the others. */
  readonly stateDict: string | null;
  readonly otherStateDicts: readonly string[];
  readonly parts: readonly InspectedPart[];
  readonly tensors: readonly InspectedTensor[];
}

export interface InspectArgs extends TensorFileArgs {
  /** Reads all values and compares them: of a sealed file with its hashes, of a zip file with its checksums. */
  readonly check?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Tells what a file of weights or a run folder's newest checkpoint holds, from its header alone unless asked to check.
 *
 * @throws UserError naming what is missing or damaged
 */
export async function inspectWeights(path: string, args: InspectArgs = {}): Promise<Inspection> {
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  const file = await openTensorFile(isFolder ? fileOfFolder(path) : path, args);
  try {
    if (args.check) file.check(args.onProgress);
    const tensors = listTensors(file);
    return {
      path: file.path,
      format: file.format,
      bytes: statSync(file.path).size,
      ...origin(file, isFolder ? () => folderConfig(path) : () => null),
      hashes: !file.hashed ? 'none' : args.check ? 'sound' : 'present',
      metadata: file.metadata,
      stateDict: file.stateDict,
      otherStateDicts: file.otherStateDicts,
      parts: countParts(tensors),
      tensors,
    };
  } finally {
    file.close();
  }
}

function listTensors(file: TensorFile): InspectedTensor[] {
  const first = new Map<string, string>();
  return file.names().map((name) => {
    const { dtype, shape, byteLength } = file.entry(name);
    const storage = file.storageOf(name);
    const sameAs = first.get(storage);
    if (sameAs === undefined) first.set(storage, name);
    return { name, dtype, shape, bytes: byteLength, ...(sameAs === undefined ? {} : { sameAs }) };
  });
}

function origin(
  file: TensorFile,
  elsewhere: () => XkdConfig | null,
): Pick<Inspection, 'holds' | 'step' | 'config' | 'changes'> {
  if (isCheckpoint(file)) {
    const { config, step } = decodeMetadata(file.path, file.metadata);
    return { holds: 'checkpoint: weights and optimiser', step, config, changes: changesOf(config) };
  }
  const { kind, modality } = kindOf(file.names());
  const holds = {
    release: "whole state under the names of the release's state dict",
    backbone: `one ${modality ?? ''} backbone`,
    other: 'tensors of other names than ours',
  }[kind];
  const { step, config: own } = carried(file);
  const config = own ?? elsewhere();
  return { holds, step, config, changes: config === null ? {} : changesOf(config) };
}

function changesOf(config: XkdConfig): Record<string, unknown> {
  if (!Object.hasOwn(presets, config.preset)) return {};
  const before = new Map(flattenConfig(configure(config.preset)));
  const differs = ([key, value]: [string, unknown]) =>
    JSON.stringify(before.get(key)) !== JSON.stringify(value);
  return Object.fromEntries(flattenConfig(config).filter(differs));
}

/** Parts by the first words of the names: towers have a backbone and a head, the optimiser has its two moments. */
function countParts(tensors: readonly InspectedTensor[]): InspectedPart[] {
  const parts = new Map<string, { tensors: number; parameters: number }>();
  for (const { name, shape, sameAs } of tensors) {
    const part = /^((vid|aud)_(student|teacher)|optimiser)\./.test(name)
      ? name.split('.', 2).join('.')
      : name.split('.', 1)[0];
    const count = parts.get(part) ?? { tensors: 0, parameters: 0 };
    count.tensors++;
    if (sameAs === undefined) count.parameters += shape.reduce((a, b) => a * b, 1);
    parts.set(part, count);
  }
  return [...parts].map(([part, counts]) => ({ part, ...counts }));
}
