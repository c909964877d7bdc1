import { type XkdConfig, modalities } from '../../config';
import { type Flops, backboneFlops, headFlops } from './products';
import { type StepPart, stepParts } from './stepParts';
import { countTokens } from './tokens';

/** Work of all towers on whole clips, forward only, as a share of a training step's work. */
export function probeShare(config: XkdConfig, clips: number): number {
  const { batch, accumulate } = config.training;
  const probe = modalities.reduce((sum, modality) => {
    const { global, patchValues } = countTokens(config, modality);
    return sum + 2 * clips * (backboneFlops(config, global, patchValues).forward + headFlops(config).forward);
  }, 0);
  const step = accumulate * total(stepParts(config, batch / accumulate));
  return probe / step;
}

function total(parts: readonly StepPart[]): number {
  return parts.reduce((sum, { forward, backward }: Flops) => sum + forward + backward, 0);
}
