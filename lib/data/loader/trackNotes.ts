import { modalities, type Modality, type XkdConfig } from '../../config';
import type { MediaInfo, Tracks } from '../../media';

/** Says that a file has several tracks of a kind. */
export interface TrackNote {
  readonly kind: Modality;
  readonly sentence: string;
}

/** What chooses another track of each kind, by its name there. */
export type TrackChoices = Readonly<Record<Modality, string>>;

/** The keys of the configuration. */
export const trackKeys: TrackChoices = { video: 'clip.videoTrack', audio: 'clip.audioTrack' };
/** The options of commands. */
export const trackFlags: TrackChoices = { video: '--video-track', audio: '--audio-track' };

/** The tracks that a configuration requests. */
export function tracksOf({ videoTrack, audioTrack }: XkdConfig['clip']): Tracks {
  return { video: videoTrack, audio: audioTrack };
}

/** Remarks on a file that has several tracks if none was requested. */
export function trackNotes(
  info: MediaInfo,
  wanted: Tracks,
  wants: Readonly<Record<Modality, boolean>>,
  choices: TrackChoices,
): TrackNote[] {
  return modalities.flatMap((kind) => {
    const stream = info[kind];
    if (!wants[kind] || !stream || stream.tracks < 2 || (wanted[kind] ?? 0) !== 0) return [];
    const which = `${info.path} has ${stream.tracks} ${kind} tracks, of which track ${stream.track} is used`;
    return [
      {
        kind,
        sentence: `${which}: ${choices[kind]} chooses another, and "xkd data check" names all such files.`,
      },
    ];
  });
}
