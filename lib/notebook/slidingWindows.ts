import type { XkdConfig } from '../config';
import type { MediaEntry } from '../data';
import { probe } from '../media';
import { UserError } from '../errors';
import { singleClips, type SingleClip } from './singleClips';

/** A file in windows of a clip's length, each a frame later than the one before. */
export interface SlidingWindows {
  readonly windows: readonly SingleClip[];
  /** From the start of the first window to the end of the last, not augmented. */
  readonly whole: SingleClip;
  /** A configuration whose clip has the length of `whole`, for figures. */
  readonly wholeConfig: XkdConfig;
}

/**
 * Reads every window of a file that begins with one of its frames.
 *
 * @throws UserError where the file is shorter than a clip
 */
export async function slidingWindows(entry: MediaEntry, config: XkdConfig): Promise<SlidingWindows> {
  const { seconds, framesPerSecond } = config.clip;
  const { durationSeconds } = await probe(entry.path);
  const count = 1 + Math.floor(((durationSeconds ?? 0) - seconds) * framesPerSecond + 1e-6);
  if (count < 1) throw new UserError(`${entry.path} is shorter than a clip of ${seconds} s: choose another.`);
  const from = (startSeconds: number, length: number) => ({
    ...entry,
    startSeconds,
    endSeconds: startSeconds + length,
  });
  const stretches = Array.from({ length: count }, (_, i) => from(i / framesPerSecond, seconds));
  const wholeConfig = lengthened(config, seconds + (count - 1) / framesPerSecond);
  const [whole] = await singleClips([from(0, wholeConfig.clip.seconds)], wholeConfig);
  return { windows: await singleClips(stretches, config), whole, wholeConfig };
}

function lengthened(config: XkdConfig, seconds: number): XkdConfig {
  const columns = Math.round((config.spectrogram.columns * seconds) / config.clip.seconds);
  return {
    ...config,
    clip: { ...config.clip, seconds },
    spectrogram: { ...config.spectrogram, columns },
  };
}
