import type { XkdConfig } from '../config';
import type { MediaEntry } from '../data';
import { UserError } from '../errors';
import { probe } from '../media';
import { singleClips, type SingleClip } from './singleClips';

/** A clip as long as its file, or nearly, with a configuration of that length for figures. */
export interface WholeClip {
  readonly clip: SingleClip;
  readonly config: XkdConfig;
}

/**
 * Reads all windows of one clip's length from each file, one starting at each frame.
 *
 * @throws UserError if a file is shorter than a clip
 */
export async function slidingWindows(
  entries: readonly MediaEntry[],
  config: XkdConfig,
): Promise<SingleClip[][]> {
  const { seconds, framesPerSecond } = config.clip;
  const counts = await Promise.all(entries.map((entry) => windowCount(entry, config)));
  const stretches = entries.flatMap((entry, file) =>
    Array.from({ length: counts[file] }, (_, i) => stretch(entry, i / framesPerSecond, seconds)),
  );
  const clips = await singleClips(stretches, config);
  let next = 0;
  return counts.map((count) => clips.slice(next, (next += count)));
}

/** A file from the start of its first window to the end of its last. */
export async function wholeClip(entry: MediaEntry, config: XkdConfig): Promise<WholeClip> {
  const { clip, spectrogram } = config;
  const seconds = clip.seconds + ((await windowCount(entry, config)) - 1) / clip.framesPerSecond;
  const columns = Math.round((spectrogram.columns * seconds) / clip.seconds);
  const long = { ...config, clip: { ...clip, seconds }, spectrogram: { ...spectrogram, columns } };
  const [whole] = await singleClips([stretch(entry, 0, seconds)], long);
  return { clip: whole, config: long };
}

async function windowCount(entry: MediaEntry, { clip }: XkdConfig): Promise<number> {
  const { durationSeconds } = await probe(entry.path);
  const spare = (durationSeconds ?? 0) - clip.seconds;
  if (spare >= 0) return 1 + Math.floor(spare * clip.framesPerSecond + 1e-6);
  throw new UserError(`${entry.path} is shorter than a clip of ${clip.seconds} s: choose another.`);
}

function stretch(entry: MediaEntry, startSeconds: number, seconds: number): MediaEntry {
  return { ...entry, startSeconds, endSeconds: startSeconds + seconds };
}
