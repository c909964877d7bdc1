import type { XkdConfig } from './schema';

/** What decides what is cut from files; tracks are left out where they are the usual ones, as before there was a choice. */
export function clipIdentity({ clip }: Pick<XkdConfig, 'clip'>): Partial<XkdConfig['clip']> {
  const { videoTrack, audioTrack, ...form } = clip;
  return { ...form, ...(videoTrack > 0 && { videoTrack }), ...(audioTrack > 0 && { audioTrack }) };
}
