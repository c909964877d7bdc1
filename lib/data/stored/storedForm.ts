import type { Modality, XkdConfig } from '../../config';
import { UserError } from '../../errors';
import type { MediaEntry, StoredForm } from '../types';

/** The form that a configuration reads, of the default tracks. */
export function storedFormFor(
  { clip: { framesPerSecond, frameSize, sampleRateHz } }: Pick<XkdConfig, 'clip'>,
  frames: StoredForm['frames'] = 'raw',
): StoredForm {
  return { frames, framesPerSecond, shortSide: frameSize, sampleRateHz };
}

/**
 * Checks that clips can be cut from the extracted form as the configuration requires.
 *
 * @throws UserError naming the differences, and both solutions
 */
export function requireFittingForm(
  file: Pick<MediaEntry, 'stored'>,
  { clip }: XkdConfig,
  modalities: readonly Modality[],
): void {
  if (!file.stored) return;
  const { form } = file.stored;
  const wanted: [key: string, option: string, stored: number, asked: number][] = [];
  if (modalities.includes('video')) {
    wanted.push(['clip.framesPerSecond', '--fps', form.framesPerSecond, clip.framesPerSecond]);
    wanted.push(['clip.frameSize', '--short-side', form.shortSide, clip.frameSize]);
    wanted.push(['clip.videoTrack', '--video-track', form.videoTrack ?? 0, clip.videoTrack]);
  }
  if (modalities.includes('audio')) {
    wanted.push(['clip.sampleRateHz', '--sample-rate', form.sampleRateHz, clip.sampleRateHz]);
    wanted.push(['clip.audioTrack', '--audio-track', form.audioTrack ?? 0, clip.audioTrack]);
  }
  const differing = wanted.filter(([, , stored, asked]) => stored !== asked);
  if (differing.length === 0) return;
  const set = differing.map(([key, , stored]) => `${key}=${stored}`).join(' ');
  const now = differing.map(([key, , , asked]) => `${key}=${asked}`).join(' ');
  // Track 0 is the one without an option.
  const options = differing
    .map(([, option, , asked]) => (asked === 0 ? `no ${option}` : `${option} ${asked}`))
    .join(' ');
  throw new UserError(
    `The data set was extracted for ${set}, but the configuration has ${now}: extract it again with ${options}, or set ${set}.`,
  );
}
