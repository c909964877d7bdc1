import { UserError } from '../errors';
import { decoderSizes, encoderSizes, type TransformerSize } from './sizes';

/** Expands a value to the keys of a whole group. */
type Shorthand = (value: unknown) => Readonly<Record<string, number>>;

/** Groups that can be set by a single value: `encoder=large`, `decoder=small`, `views.local=3`. */
export const shorthands: Readonly<Record<string, Shorthand>> = {
  encoder: (value) => ({ ...sizeOf('encoder', encoderSizes, value) }),
  decoder: (value) => ({ ...sizeOf('decoder', decoderSizes, value) }),
  'views.local': (value) => {
    if (typeof value === 'number') return { video: value, audio: value };
    throw new UserError(
      `The value ${JSON.stringify(value)} of "views.local" is not allowed: give a number for both modalities, or set views.local.video and views.local.audio.`,
    );
  },
};

function sizeOf(
  group: string,
  sizes: Readonly<Record<string, TransformerSize>>,
  value: unknown,
): TransformerSize {
  if (typeof value === 'string' && Object.hasOwn(sizes, value)) return sizes[value];
  throw new UserError(
    `The value ${JSON.stringify(value)} of "${group}" is not allowed: give one of ${Object.keys(sizes).join(', ')}, or set ${group}.width, ${group}.depth and ${group}.heads.`,
  );
}
