import { checkFile, openFailure } from './badMedia';
import { runFfmpeg } from './ffmpeg';
import { parseMediaInfo, type MediaInfo } from './mediaInfo';
import type { FileScan } from './libav/scan';
import type { Tracks } from './tracks';
import { hasLibav, withoutLibav } from './decoderChoice';
import { runDecoder } from './libav/runDecoder';

export interface ScanArgs {
  /** Socket of an {@link FfmpegHost} whose processes do it; default: those of this process. */
  readonly host?: string;
  readonly signal?: AbortSignal;
  /** Which tracks are used; default: those that the file marks. */
  readonly tracks?: Tracks;
}

/** What a file holds; how to seek in it is not known where libav is not there. */
export interface ScannedMedia {
  readonly info: MediaInfo;
  /** Among what windows are chosen: the length of the pictures, or of the sound where there are none [s]; null: not known. */
  readonly usableSeconds: number | null;
  readonly scan: FileScan | null;
}

/**
 * What a media file holds: length, streams, rates, sizes, start offsets, rotation.
 *
 * @param host socket of an {@link FfmpegHost} that starts ffmpeg; default: this process does
 * @throws UserError if the file is missing, unreadable, empty, truncated, or no media file
 */
export async function probe(path: string, signal?: AbortSignal, host?: string): Promise<MediaInfo> {
  return (await scanMedia(path, { signal, host })).info;
}

/**
 * Opens a file and reads all its packets, so that length and completeness are those of its streams, not of its header.
 *
 * @throws BadMedia if it cannot be used
 */
export async function scanMedia(
  path: string,
  { host, signal, tracks }: ScanArgs = {},
): Promise<ScannedMedia> {
  await checkFile(path);
  if (hasLibav()) {
    try {
      return (await runDecoder({ kind: 'scan', path, tracks }, { host, signal })).scanned!;
    } catch (error) {
      withoutLibav(error);
    }
  }
  const { log } = await runFfmpeg({ args: ['-loglevel', 'level+info', '-i', fileUrl(path)], signal, host });
  const info = parseMediaInfo(path, log, tracks);
  if (!info || (!info.video && !info.audio)) throw openFailure(path, log);
  return { info, usableSeconds: info.durationSeconds, scan: null };
}

/** A path as ffmpeg takes it: never read as an option, a protocol or a pattern. */
export function fileUrl(path: string): string {
  return `file:${path}`;
}
