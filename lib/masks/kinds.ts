import { type MaskKind, random } from './kind';
import { frequency, time, timeFrequency, tube } from './structured';

/** Mask kinds of each modality, by their names in a configuration: `mask.video.kind`, `mask.audio.kind`. */
export const maskKinds = {
  video: { random, tube },
  audio: { random, time, frequency, timeFrequency },
} as const satisfies Readonly<Record<string, Readonly<Record<string, MaskKind>>>>;

/** Names of the mask kinds of a modality. */
export function kindNames<M extends keyof typeof maskKinds>(
  modality: M,
): (keyof (typeof maskKinds)[M] & string)[] {
  return Object.keys(maskKinds[modality]) as (keyof (typeof maskKinds)[M] & string)[];
}

/** Lists the kinds of a modality with the unit that each keeps or removes as a whole: `random: single patches`. */
export function kindsText(modality: keyof typeof maskKinds): string {
  const kinds: Readonly<Record<string, MaskKind>> = maskKinds[modality];
  return Object.entries(kinds)
    .map(([name, { removes }]) => `${name}: ${removes}`)
    .join('; ');
}
