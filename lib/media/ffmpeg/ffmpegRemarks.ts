import type { SoundLevels } from '../soundLevels';

/*
 * Filters with which ffmpeg remarks on what it decodes.
 */

/**
 * A filter that writes a line for each frame that is decoded. On its way to a window far into a file, ffmpeg says
 * nothing else for long.
 */
export function showLife(filter: 'metadata' | 'ametadata', pipe: string): string {
  const file = pipe.replace(':', '\\:');
  return `${filter}=mode=add:key=life:value=1,${filter}=mode=print:key=life:direct=1:file='${file}'`;
}

/** Filters that measure sound before and after its channels are mixed. */
export const showLevels = {
  channels: ['astats@channels=measure_overall=Peak_level+RMS_level:measure_perchannel=none'],
  mix: ['astats@mix=measure_overall=RMS_level:measure_perchannel=none'],
} as const;

/** Reads what {@link showLevels} wrote; null if nothing was decoded. */
export function soundLevels(log: string): Omit<SoundLevels, 'channels'> | null {
  const amplitude = (filter: string, name: string): number | null => {
    const line = new RegExp(`^\\[astats@${filter} @ \\w+\\] \\[info\\] ${name} level dB: (.+)$`, 'm').exec(
      log,
    );
    if (!line) return null;
    // Digital silence is "-inf".
    const decibels = Number(line[1]);
    return Number.isFinite(decibels) ? 10 ** (decibels / 20) : 0;
  };
  const [peak, channels] = [amplitude('channels', 'Peak'), amplitude('channels', 'RMS')];
  const mix = amplitude('mix', 'RMS');
  if (peak === null || channels === null || mix === null) return null;
  return { peak, channelPower: channels ** 2, mixPower: mix ** 2 };
}
