import { type Modality, type XkdConfig, modalities } from '../../config';
import { shownAs } from '../../shown';
import { costTable } from './costTable';
import { type MemoryEstimate, estimateMemory, memoryFormula } from './memory';
import { type ParameterCounts, countParameters } from './parameterParts';
import { convention } from './flops';
import { type Flops, featureFlops, stepCost } from './stepCost';
import { type TokenCounts, countTokens } from './tokens';

/** Work of one part of a step, for the whole batch. */
export interface PartFlops extends Flops {
  readonly part: string;
}

/** Work of a step. */
export interface StepFlops {
  /** For the whole batch, without parts that do not contribute to the loss. */
  readonly parts: readonly PartFlops[];
  readonly forward: number;
  readonly backward: number;
  readonly perBatch: number;
  readonly perClip: number;
}

/** Costs of a configuration: sizes that follow from its numbers alone. */
export interface ConfigDescription {
  readonly preset: string;
  readonly batch: number;
  /** Number of clips processed by the model together: the batch, or with gradient accumulation a micro-batch. */
  readonly clipsTogether: number;
  readonly parameters: ParameterCounts;
  readonly tokens: Readonly<Record<Modality, TokenCounts>>;
  readonly flops: {
    readonly convention: string;
    readonly step: StepFlops;
    /** Backbone features of one clip's global view (forward). */
    readonly featuresPerClip: Readonly<Record<Modality, number>>;
  };
  readonly memory: MemoryEstimate & { readonly formula: string };
}

/**
 * Describes a configuration without computing anything: parameters of each part, tokens, FLOPs of a training step and of
 * feature extraction, and an estimate of a step's memory. They are read from a record of the step's ops on tensors that have
 * shapes but no values.
 */
export function describeConfig(config: XkdConfig): ConfigDescription {
  const { batch, accumulate } = config.training;
  const clipsTogether = batch / accumulate;
  const onePass = stepCost(config, clipsTogether);
  const parameters = countParameters(config, onePass.read);
  const [video, audio] = modalities.map((modality) => countTokens(config, modality));
  const description: ConfigDescription = {
    preset: config.preset,
    batch,
    clipsTogether,
    parameters,
    tokens: { video, audio },
    flops: {
      convention,
      step: stepFlops(onePass.parts, accumulate, batch),
      featuresPerClip: { video: featureFlops(config, 'video'), audio: featureFlops(config, 'audio') },
    },
    memory: { ...estimateMemory(config, parameters, onePass, clipsTogether), formula: memoryFormula },
  };
  return shownAs(description, costTable);
}

function stepFlops(onePass: readonly PartFlops[], passes: number, batch: number): StepFlops {
  const parts = onePass
    .map(({ part, forward, backward }) => ({ part, forward: forward * passes, backward: backward * passes }))
    .filter(({ forward }) => forward > 0);
  const forward = parts.reduce((sum, part) => sum + part.forward, 0);
  const backward = parts.reduce((sum, part) => sum + part.backward, 0);
  return { parts, forward, backward, perBatch: forward + backward, perClip: (forward + backward) / batch };
}
