import { InvalidArgumentError, type Command } from 'commander';

/** Values of the {@link trackOptions}. */
export interface TrackFlags {
  readonly videoTrack?: number;
  readonly audioTrack?: number;
}

/** Adds the options that select one of several tracks in a file. */
export function trackOptions(command: Command): Command {
  const usual = 'default: the one that each file marks as its default, else the first';
  return command
    .option('--video-track <n>', `number of the video track in files with several, from 1 (${usual})`, track)
    .option('--audio-track <n>', 'the same for the audio track', track);
}

function track(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('Give a whole number from 1.');
  return Number(text);
}
