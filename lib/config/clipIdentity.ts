import type { XkdConfig } from './schema';

/**
 * Keys that determine what is cut from files. Default tracks are left out, as in identities from before tracks could be
 * chosen.
 */
export function clipIdentity({ clip }: Pick<XkdConfig, 'clip'>): Partial<XkdConfig['clip']> {
  const { videoTrack, audioTrack, ...form } = clip;
  return { ...form, ...(videoTrack > 0 && { videoTrack }), ...(audioTrack > 0 && { audioTrack }) };
}
