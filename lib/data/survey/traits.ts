import { z } from 'zod';
import type { MediaInfo } from '../../media';
import type { ScannedMedia } from '../../media/probe';

const track = z.strictObject({ used: z.int(), of: z.int() });

/** What decoding a file from start to end told of what it holds. */
const contentSchema = z.strictObject({
  silent: z.boolean(),
  cancelling: z.boolean(),
  still: z.boolean(),
  black: z.boolean(),
  packets: z.int(),
  damagedPackets: z.int(),
});

/** What a file is like that can be used. */
export const traitsSchema = z.strictObject({
  /** What clips are cut from [s]; null: not known. */
  usableSeconds: z.number().nullable(),
  /** Where its pictures and its sound end [s]; null: it has none, or that is not known. */
  videoSeconds: z.number().nullable(),
  audioSeconds: z.number().nullable(),
  /** Which of how many tracks is used, from 1; null: it has none. */
  videoTrack: track.nullable(),
  audioTrack: track.nullable(),
  hdr: z.boolean(),
  interlaced: z.boolean(),
  /** Null where it was not decoded. */
  content: contentSchema.nullable(),
});

export type FileTraits = Readonly<z.infer<typeof traitsSchema>>;
export type FileContent = Readonly<z.infer<typeof contentSchema>>;

/** What a file says of itself; where it was decoded, what its frames say counts more. */
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
