import { existsSync, statSync } from 'node:fs';
import { type XkdConfig, configure, flattenConfig, presets } from '../config';
import { type StoredType, type TensorFile, type TensorFileArgs, openTensorFile } from '../files';
import { decodeMetadata } from '../train';
import { fileOfFolder, folderConfig } from './hubFolder';
import { carried, isCheckpoint, kindOf } from './weightSet';

/** A tensor as stored in the file. */
export interface InspectedTensor {
  readonly name: string;
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  readonly bytes: number;
  /** A previous name with the same values, if the file stores them only once. */
  readonly sameAs?: string;
}

/** Parameters of a component, such as `vid_student.backbone`. */
export interface InspectedPart {
  readonly part: string;
  readonly tensors: number;
  /** Number of values; shared ones count once. */
  readonly parameters: number;
}

/** What can be told about a weight file without reading its values. */
export interface Inspection {
  readonly path: string;
  readonly format: string;
  readonly bytes: number;
  /** Contents in words: a checkpoint, a full state, a backbone, or other tensors. */
  readonly holds: string;
  readonly step: number | null;
  readonly config: XkdConfig | null;
  /** Keys in which the configuration differs from its preset. */
  readonly changes: Readonly<Record<string, unknown>>;
  /** `none`, `present`, or `sound` once they have been checked. */
  readonly hashes: 'none' | 'present' | 'sound';
  readonly metadata: Readonly<Record<string, string>>;
  /** Name of the inspected state dict if the file holds several, and the names of the others. */
  readonly stateDict: string | null;
  readonly otherStateDicts: readonly string[];
  readonly parts: readonly InspectedPart[];
  readonly tensors: readonly InspectedTensor[];
}

export interface InspectArgs extends TensorFileArgs {
  /** Reads and verifies all values: against the hashes of a sealed file, or the checksums of a zip file. */
  readonly check?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Describes the contents of a weight file, or of a run folder's newest checkpoint. Only the header is read, unless a
 * check is requested.
 *
 * @throws UserError that names what is missing or damaged
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

/**
 * Components by the first parts of their names: a tower has a backbone and a head, the optimiser has its two moments.
 */
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
