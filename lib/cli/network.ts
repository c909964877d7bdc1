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
  /** Run folder, checkpoint, file of weights, or `none`; several files where each holds one backbone. */
  readonly checkpoint: string | readonly string[];
  /** Needed where the files do not tell their configuration; where they do, it must be this one. */
  readonly preset?: string;
  /** Words `key=value`. */
  readonly overrides: readonly string[];
  /** How files of weights are read. */
  readonly weights?: WeightsArgs;
}

/** A network to evaluate, and where it comes from. */
export interface OpenNetwork {
  readonly network: Network;
  /** The backbones, where it is made of nothing else. */
  readonly backbones: readonly Backbone[] | null;
  /** Steps taken in training, where the files tell. */
  readonly step: number | null;
  readonly source: string;
  dispose(): void;
}

/**
 * The network that a command line means: of a checkpoint, of files of weights (safetensors or `torch.save`; a whole
 * state or one to four backbones as the authors publish them), or a fresh one for `none`.
 *
 * @throws UserError for missing or damaged files, ones of another configuration than asked for, or files that do not
 *   tell theirs without a preset
 */
export async function openNetwork(choice: NetworkChoice): Promise<OpenNetwork> {
  const { checkpoint, preset, overrides, weights = {} } = choice;
  const changes = parseOverrides(overrides);
  const paths = typeof checkpoint === 'string' ? [checkpoint] : checkpoint;
  if (paths.length === 1) {
    if (paths[0] === 'none') return untrained(preset, changes);
    // Positions can be made to fit only where the weights are taken alone.
    const isWhole = !weights.interpolatePositions && (await leadsToCheckpoint(paths[0], weights));
    if (isWhole) return ofCheckpoint(paths[0], preset, changes);
  }
  return ofWeights(paths, preset, changes, weights);
}

/** @throws UserError where the network is of backbones and has none of these, before clips are decoded for it */
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

/** Whether a path is a run folder or the file of a checkpoint, and not of weights alone. */
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

/** @throws UserError where learned positions are of another number of patches, with the option that makes them fit */
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
