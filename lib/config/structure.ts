import { type UsedParts, usedParts } from './parts';
import type { XkdConfig } from './schema';

/** Settings that determine the shapes of a network's weights and tokens. */
export interface NetworkStructure extends Pick<
  XkdConfig,
  'patch' | 'encoder' | 'decoder' | 'projector' | 'sharing'
> {
  readonly clip: Pick<XkdConfig['clip'], 'seconds' | 'framesPerSecond' | 'frameSize'>;
  readonly spectrogram: Pick<XkdConfig['spectrogram'], 'melBands' | 'columns'>;
}

/**
 * Shapes and switches of a training step: all settings that its computation depends on directly. A graph of the step is
 * valid for every configuration with the same structure. Anything else that a step reads is fed as a tensor.
 */
export interface StepStructure
  extends NetworkStructure, Pick<XkdConfig, 'refinement' | 'teacherView' | 'teacher'> {
  readonly parts: UsedParts;
  /** True if gradients are clipped at all. */
  readonly clipped: boolean;
  readonly precision: XkdConfig['training']['precision'];
}

export function networkStructure(config: XkdConfig): NetworkStructure {
  const { patch, encoder, decoder, projector, sharing } = config;
  const { seconds, framesPerSecond, frameSize } = config.clip;
  const { melBands, columns } = config.spectrogram;
  return {
    clip: { seconds, framesPerSecond, frameSize },
    spectrogram: { melBands, columns },
    patch,
    encoder,
    decoder,
    projector,
    sharing,
  };
}

export function stepStructure(config: XkdConfig): StepStructure {
  const { refinement, teacherView, teacher, optimiser } = config;
  return {
    ...networkStructure(config),
    refinement,
    teacherView,
    teacher,
    parts: usedParts(config),
    clipped: optimiser.clip > 0,
    precision: config.training.precision,
  };
}
