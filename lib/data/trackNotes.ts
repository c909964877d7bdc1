import { modalities, type Modality, type XkdConfig } from '../config';
import type { MediaInfo, Tracks } from '../media';

/** Says that a file has several tracks of a kind. */
export interface TrackNote {
  readonly kind: Modality;
  readonly sentence: string;
}

const keys = { video: 'videoTrack', audio: 'audioTrack' } as const;

/** The tracks that a configuration requests. */
export function tracksOf({ videoTrack, audioTrack }: XkdConfig['clip']): Tracks {
  return { video: videoTrack, audio: audioTrack };
}

/** Remarks on a file that has several tracks if none was requested. */
export function trackNotes(
  info: MediaInfo,
  clip: XkdConfig['clip'],
  wants: Readonly<Record<Modality, boolean>>,
): TrackNote[] {
  return modalities.flatMap((kind) => {
    const stream = info[kind];
    const key = keys[kind];
    if (!wants[kind] || !stream || stream.tracks < 2 || clip[key] !== 0) return [];
    const which = `${info.path} has ${stream.tracks} ${kind} tracks, of which track ${stream.track} is used`;
    return [
      { kind, sentence: `${which}: clip.${key} chooses another, and "xkd data check" names all such files.` },
    ];
  });
}
