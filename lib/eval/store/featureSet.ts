import { createHash } from 'node:crypto';
import { z } from 'zod';
import { clipIdentity, encoderIdentity, modalities, type Modality, type XkdConfig } from '../../config';
import type { ClipPlan } from '../../data';
import type { Role } from '../../model';
import { hashTowers } from '../networkHash';
import type { Network } from '../features';

/** Everything that determines the features, except the files. If any of it differs, so do the features. */
export const featureSetKeySchema = z.object({
  format: z.int(),
  modality: z.enum(modalities),
  tower: z.enum(['teacher', 'student']),
  /** SHA-256 of the tower's weights. */
  weights: z.string(),
  /** Parts of the configuration that features depend on. */
  input: z.record(z.string(), z.unknown()),
  clips: z.record(z.string(), z.unknown()),
  /** The modality whose duration determines the clip positions: audio taken with video stays synchronous with it. */
  windowsOf: z.enum(modalities),
});
export type FeatureSetKey = Readonly<z.infer<typeof featureSetKeySchema>>;

/** Arguments that determine a tower's features. */
export interface FeatureSetArgs {
  readonly network: Network;
  readonly tower: Role;
  readonly modality: Modality;
  /** Modalities for which the same clips are taken. */
  readonly beside: readonly Modality[];
  readonly plan: ClipPlan;
}

/** Key that identifies the features of these arguments. */
export function featureSetKey({ network, tower, modality, beside, plan }: FeatureSetArgs): FeatureSetKey {
  return {
    format: 1,
    modality,
    tower,
    weights: hashTowers(network, modality, tower),
    input: inputOf(network.config, modality, plan),
    clips: clipsOf(modality, plan),
    windowsOf: beside.includes('video') ? 'video' : modality,
  };
}

/** SHA-256 of a key, in hexadecimal. */
export function hashOfKey(key: FeatureSetKey): string {
  return createHash('sha256').update(JSON.stringify(key)).digest('hex');
}

/** Describes how a stored feature set differs from the requested one; null if they are the same. */
export function differenceOf(there: FeatureSetKey, asked: FeatureSetKey): string | null {
  const same = (name: keyof FeatureSetKey) => JSON.stringify(there[name]) === JSON.stringify(asked[name]);
  if (!same('modality')) return `of ${there.modality}, not of ${asked.modality}`;
  if (!same('tower')) return `of the ${there.tower}, not of the ${asked.tower}`;
  if (!same('weights')) return 'of another checkpoint';
  if (!same('input')) return 'of another configuration';
  if (!same('clips') || !same('windowsOf')) return 'of other clips';
  return same('format') ? null : 'of another version of this program';
}

function inputOf(config: XkdConfig, modality: Modality, plan: ClipPlan): FeatureSetKey['input'] {
  const { spectrogram, patch, training, videoAugmentation, audioAugmentation } = config;
  const augmentation = modality === 'video' ? videoAugmentation : audioAugmentation;
  return {
    clip: clipIdentity(config),
    ...(modality === 'audio' && { spectrogram }),
    patch,
    encoder: encoderIdentity(config),
    precision: training.precision,
    ...(plan.kind === 'augmented' && { augmentation }),
  };
}

/** Audio has no crops, and the data set's folder may move. */
function clipsOf(modality: Modality, plan: ClipPlan): FeatureSetKey['clips'] {
  if (plan.kind === 'augmented') {
    const light = plan.augmentation === 'light' && { augmentation: plan.augmentation };
    return { kind: plan.kind, clips: plan.clips, seed: plan.seed, ...light };
  }
  return { kind: plan.kind, clips: plan.clips, ...(modality === 'video' && { crops: plan.crops }) };
}
