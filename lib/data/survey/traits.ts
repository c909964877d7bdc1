import { z } from 'zod';
import type { MediaInfo } from '../../media';
import type { ScannedMedia } from '../../media/probe';

const track = z.strictObject({ used: z.int(), of: z.int() });

/** Properties of a file's content, found by decoding it completely. */
const contentSchema = z.strictObject({
  silent: z.boolean(),
  cancelling: z.boolean(),
  still: z.boolean(),
  black: z.boolean(),
  packets: z.int(),
  damagedPackets: z.int(),
});

/** Traits of a usable file. */
export const traitsSchema = z.strictObject({
  /** Length from which clips are cut [s]; null: unknown. */
  usableSeconds: z.number().nullable(),
  /** End of its pictures and of its sound [s]; null: it has none, or the end is unknown. */
  videoSeconds: z.number().nullable(),
  audioSeconds: z.number().nullable(),
  /** Number of the track used and number of tracks, from 1; null: it has none. */
  videoTrack: track.nullable(),
  audioTrack: track.nullable(),
  hdr: z.boolean(),
  interlaced: z.boolean(),
  /** Null if it was not decoded. */
  content: contentSchema.nullable(),
});

export type FileTraits = Readonly<z.infer<typeof traitsSchema>>;
export type FileContent = Readonly<z.infer<typeof contentSchema>>;

/** Traits from the file's own description; if it was decoded, its frames take precedence. */
export function traitsOf(
  { info, usableSeconds, scan }: ScannedMedia,
  decoded: { readonly content: FileContent; readonly hdr?: boolean; readonly interlaced?: boolean } | null,
): FileTraits {
  return {
    usableSeconds,
    videoSeconds: scan?.videoEndSeconds ?? null,
    audioSeconds: scan?.audioEndSeconds ?? null,
    videoTrack: trackOf(info.video),
    audioTrack: trackOf(info.audio),
    hdr: decoded?.hdr ?? info.video?.hdr ?? false,
    interlaced: decoded?.interlaced ?? info.video?.interlaced ?? false,
    content: decoded?.content ?? null,
  };
}

function trackOf(stream: MediaInfo['video'] | MediaInfo['audio']): FileTraits['videoTrack'] {
  return stream && { used: stream.track, of: stream.tracks };
}
