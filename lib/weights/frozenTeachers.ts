import { type XkdConfig, modalities } from '../config';
import { UserError } from '../errors';
import { backbonePrefix, canonicalName, ownedSpecs, towerName } from '../model';
import { TrainState, centreNames } from '../train';
import { type Backbone, BackboneNetwork } from './backbone';
import { releaseWeights } from './releaseState';
import type { WeightSet } from './weightSet';

/*
 * Teachers that stay as they are given (SALT: Li et al., "Rethinking JEPA: Compute-Efficient Video SSL with Frozen
 * Teachers", 2025). Students and decoders start from the seed, as in a run without given weights.
 */

/** Told what is missing, in a sentence. */
type Report = (sentence: string) => void;

/**
 * A state at step 0 with the teachers of a whole state dict, and with their heads and centres where it has them.
 *
 * @throws UserError where weights of teachers are missing, of another shape, or not those of this sharing
 */
export function frozenFromRelease(set: WeightSet, config: XkdConfig, report: Report): TrainState {
  const prefixes = modalities.map((modality) => `${towerName(modality, 'teacher')}.`);
  const hasHeads = [...set.tensors.keys()].some((name) => prefixes.some((p) => name.startsWith(`${p}head.`)));
  const parts = hasHeads
    ? [...prefixes, ...Object.values(centreNames).filter((name) => set.tensors.has(name))]
    : modalities.map((modality) => backbonePrefix(modality, 'teacher'));
  const weights = releaseWeights(set, config, (name) => parts.some((part) => name.startsWith(part)));
  if (!hasHeads) reportHeads(config, report);
  const state = TrainState.create(config);
  state.commit({ weights });
  return state;
}

/**
 * The same from backbones: each modality's teacher, or else its student. They have no heads.
 *
 * @throws UserError where there is none of a modality, or teachers share blocks in which they differ
 */
export function frozenFromBackbones(
  config: XkdConfig,
  backbones: readonly Backbone[],
  report: Report,
): TrainState {
  const network = new BackboneNetwork(config, backbones);
  const [missing] = network.missingModalities();
  if (missing !== undefined) {
    throw new UserError(
      `teacher is "${config.teacher}" but the weights given hold no ${missing} backbone, so the ${missing} teacher would stay random; give its file with a further --init.`,
    );
  }
  requireSharedBlocks(network);
  reportHeads(config, report);
  return network.toState(['teacher']);
}

function reportHeads({ seed }: XkdConfig, report: Report): void {
  report(
    `The weights given hold no heads of teachers, so the frozen teachers get random ones, drawn by seed ${seed}.`,
  );
}

/** Blocks that are stored once can't be those of two backbones that differ. */
function requireSharedBlocks(network: BackboneNetwork): void {
  const { config } = network;
  const [video, audio] = modalities.map((modality) => network.given(modality, 'teacher')!);
  const prefix = backbonePrefix('audio', 'teacher');
  for (const { name } of ownedSpecs(config, prefix)) {
    if (canonicalName(config, name) === name) continue;
    const own = name.slice(prefix.length);
    const [a, b] = [video, audio].map(({ weights }) => weights.get(own)!.dataSync() as Float32Array);
    if (a.every((value, i) => value === b[i])) continue;
    throw new UserError(
      `"${video.path}" and "${audio.path}" differ in their blocks, which both teachers share with sharing ${config.sharing}; give backbones that were trained so, or choose sharing=students or none.`,
    );
  }
}
