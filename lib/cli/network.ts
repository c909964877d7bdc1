import {
  configure,
  flattenConfig,
  modalities,
  parseOverrides,
  type Modality,
  type Overrides,
  type XkdConfig,
  fullGrid,
} from '../config';
import { UserError } from '../errors';
import type { Network } from '../eval';
import { lookAt, openTensorFile } from '../files';
import { towerName, type Role } from '../model';
import { openCheckpoint, requireSameConfig, TrainState } from '../train';
import {
  BackboneNetwork,
  isCheckpoint,
  gridText,
  isHubFolder,
  openWeights,
  readBackbone,
  releaseState,
  withPositions,
  type Backbone,
  type WeightSet,
  type WeightsArgs,
} from '../weights';

export interface NetworkChoice {
  /** Run folder, checkpoint, weight file, or `none`; several files if each holds one backbone. */
  readonly checkpoint: string | readonly string[];
  /** Required if the files do not contain their configuration; if they do, it must match. */
  readonly preset?: string;
  /** `key=value` words. */
  readonly overrides: readonly string[];
  /** How to read weight files. */
  readonly weights?: WeightsArgs;
}

/** A network to evaluate, and its source. */
export interface OpenNetwork {
  readonly network: Network;
  /** The backbones, if the network consists of nothing else. */
  readonly backbones: readonly Backbone[] | null;
  /** Number of training steps, if recorded in the files. */
  readonly step: number | null;
  readonly source: string;
  dispose(): void;
}

/**
 * The network for a command line: from a checkpoint, from weight files (safetensors or `torch.save`; a full state, or
 * one to four backbones as the authors publish them), or a new one for `none`.
 *
 * @throws UserError if files are missing or damaged, if their configuration differs from the requested one, or if they
 *   contain none and there is no preset
 */
export async function openNetwork(choice: NetworkChoice): Promise<OpenNetwork> {
  const { checkpoint, preset, overrides, weights = {} } = choice;
  const changes = parseOverrides(overrides);
  const paths = typeof checkpoint === 'string' ? [checkpoint] : checkpoint;
  if (paths.length === 1) {
    if (paths[0] === 'none') return untrained(preset, changes);
    // Positions can be interpolated only if the weights are read by themselves.
    const isWhole = !weights.interpolatePositions && (await leadsToCheckpoint(paths[0], weights));
    if (isWhole) return ofCheckpoint(paths[0], preset, changes);
  }
  return ofWeights(paths, preset, changes, weights);
}

/**
 * @throws UserError if the network consists of backbones and lacks the requested ones, before clips are decoded for it
 */
export function requireTowers({ scope }: Network, modality: Modality | 'both', role: Role): void {
  for (const each of modality === 'both' ? modalities : [modality]) {
    scope.get(`${towerName(each, role)}.backbone.cls_token`);
  }
}

function untrained(preset: string | undefined, changes: Overrides): OpenNetwork {
  if (preset === undefined) {
    throw new UserError('An untrained network needs a configuration: add --preset, such as --preset nano.');
  }
  const config = configure(preset, changes);
  return ofState(TrainState.create(config), `untrained ${preset}, seed ${config.seed}`);
}

/** True if a path is a run folder or a checkpoint file, and not a file with weights only. */
async function leadsToCheckpoint(path: string, args: WeightsArgs): Promise<boolean> {
  const found = lookAt(path);
  if (found === null) return true;
  if (found.isDirectory()) return !isHubFolder(path);
  const file = await openTensorFile(path, args);
  file.close();
  return isCheckpoint(file);
}

function ofCheckpoint(path: string, preset: string | undefined, changes: Overrides): OpenNetwork {
  const report = (sentence: string) => process.stderr.write(`xkd: ${sentence}\n`);
  const { state, path: source } = openCheckpoint(path, { report });
  try {
    const asked = preset === undefined ? changed(state.config, changes) : configure(preset, changes);
    requireSameGrids(source, state.config, asked);
    requireSameConfig(source, state.config, asked);
    return ofState(new TrainState(asked, state.tensors, state.updates, state.step), source);
  } catch (error) {
    state.dispose();
    throw error;
  }
}

/**
 * @throws UserError if learned positions are for another number of patches; the message names the option to interpolate
 *   them
 */
function requireSameGrids(source: string, found: XkdConfig, asked: XkdConfig): void {
  for (const modality of modalities) {
    const [before, now] = [found, asked].map((config) => gridText(fullGrid(config, modality)));
    if (before === now) continue;
    throw new UserError(
      `"${source}" was trained on ${before} patches of the ${modality}, and ${now} are asked for; add --interpolate-positions to make its positions fit, or leave out what changes them.`,
    );
  }
}

async function ofWeights(
  paths: readonly string[],
  preset: string | undefined,
  changes: Overrides,
  args: WeightsArgs,
): Promise<OpenNetwork> {
  const sets: WeightSet[] = [];
  try {
    for (const path of paths) sets.push(await openWeights(path, args));
    const [first] = sets;
    const config = configOf(first, preset, changes);
    const source = paths.join(', ');
    if (sets.length === 1 && first.kind === 'release') {
      return {
        ...ofState(releaseState(withPositions(first, config, args), config), source),
        step: first.step,
      };
    }
    return ofBackbones(
      config,
      sets.map((set) => () => readBackbone(set, { config, ...args })),
      source,
      first.step,
    );
  } finally {
    sets.forEach((set) => set.close());
  }
}

function configOf({ path, config }: WeightSet, preset: string | undefined, changes: Overrides): XkdConfig {
  if (preset !== undefined) return configure(preset, changes);
  if (config !== null) return changed(config, changes);
  throw new UserError(
    `"${path}" does not contain its configuration; add the preset with which it was trained, such as --preset base.`,
  );
}

function ofBackbones(
  config: XkdConfig,
  readers: readonly (() => Backbone)[],
  source: string,
  step: number | null,
): OpenNetwork {
  const backbones: Backbone[] = [];
  try {
    for (const read of readers) backbones.push(read());
    const network = new BackboneNetwork(config, backbones);
    return { network, backbones, step, source, dispose: () => network.dispose() };
  } catch (error) {
    for (const { weights } of backbones) weights.forEach((tensor) => tensor.dispose());
    throw error;
  }
}

function ofState(state: TrainState, source: string): OpenNetwork {
  return { network: state, backbones: null, step: state.step, source, dispose: () => state.dispose() };
}

function changed(config: XkdConfig, changes: Overrides): XkdConfig {
  return configure(config.preset, { ...Object.fromEntries(flattenConfig(config)), ...changes });
}
