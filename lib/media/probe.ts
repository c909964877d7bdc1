import { checkFile } from './badMedia';
import { scanByFfmpeg } from './ffmpeg/ffmpegScan';
import type { MediaInfo } from './mediaInfo';
import { hasLibav, withoutLibav } from './decoderChoice';
import { runDecoder } from './libav/runDecoder';
import type { ScanArgs, ScannedMedia } from './scannedMedia';

export type { ScanArgs, ScannedMedia };

/**
 * Reads the length, streams, rates, sizes, start offsets and rotation of a media file.
 *
 * @param host socket of an {@link FfmpegHost} that starts ffmpeg; default: this process starts it
 * @throws UserError if the file is missing, unreadable, empty, truncated, or not a media file
 *
 * @example
 * ```ts
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { openDataset, probe } from 'xkd';
 * import { makeSampleSet } from 'xkd/internal';
 *
 * const { folder } = await makeSampleSet({ out: join(tmpdir(), 'probed'), train: 1, test: 0 });
 * const { entries } = await openDataset(folder);
 * const { video, audio } = await probe(entries[0].path);
 * console.log(video?.width, video?.framesPerSecond, audio?.sampleRateHz); // 128 25 16000
 * ```
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
  return scanByFfmpeg(path, { host, signal, tracks });
}
