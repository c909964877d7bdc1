import { checkFile, openFailure } from './badMedia';
import { runFfmpegOn } from './ffmpegOn';
import { parseMediaInfo, type MediaInfo } from './mediaInfo';
import type { FileScan } from './libav/scan';
import type { Tracks } from './tracks';
import { hasLibav, withoutLibav } from './decoderChoice';
import { runDecoder } from './libav/runDecoder';

export interface ScanArgs {
  /** Socket of an {@link FfmpegHost} whose processes do the work; default: those of this process. */
  readonly host?: string;
  readonly signal?: AbortSignal;
  /** Tracks to use; default: those that the file marks. */
  readonly tracks?: Tracks;
}

/** Contents of a file; how to seek in it is unknown without libav. */
export interface ScannedMedia {
  readonly info: MediaInfo;
  /**
   * Length from which windows are chosen: that of the pictures, or of the sound if there are none [s]; null
   * if unknown.
   */
  readonly usableSeconds: number | null;
  readonly scan: FileScan | null;
}

/**
 * Reads the length, streams, rates, sizes, start offsets and rotation of a media file.
 *
 * @param host socket of an {@link FfmpegHost} that starts ffmpeg; default: this process starts it
 * @throws UserError if the file is missing, unreadable, empty, truncated, or not a media file
 */
export async function probe(path: string, signal?: AbortSignal, host?: string): Promise<MediaInfo> {
  return (await scanMedia(path, { signal, host })).info;
}

/**
 * Opens a file and reads all its packets, so that length and completeness come from its streams, not from its
 * header.
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
  const { log } = await runFfmpegOn(path, {
    args: ['-loglevel', 'level+info', '-i', fileUrl(path)],
    signal,
    host,
  });
  const info = parseMediaInfo(path, log, tracks);
  if (!info || (!info.video && !info.audio)) throw openFailure(path, log);
  return { info, usableSeconds: info.durationSeconds, scan: null };
}

/** Path in ffmpeg's notation, never read as an option, a protocol or a pattern. */
export function fileUrl(path: string): string {
  return `file:${path}`;
}
