import { checkFile, openFailure } from './badMedia';
import { runFfmpeg } from './ffmpeg';
import { parseMediaInfo, type MediaInfo } from './mediaInfo';

/**
 * What a media file says of itself: duration, streams, rates, sizes, start offsets, rotation.
 *
 * @param host socket of an {@link FfmpegHost} that starts ffmpeg; default: this process does
 * @throws UserError if the file is missing, unreadable, empty, truncated before its index, or no media file
 */
export async function probe(path: string, signal?: AbortSignal, host?: string): Promise<MediaInfo> {
  await checkFile(path);
  const { log } = await runFfmpeg({ args: ['-loglevel', 'level+info', '-i', fileUrl(path)], signal, host });
  const info = parseMediaInfo(path, log);
  if (!info || (!info.video && !info.audio)) throw openFailure(path, log);
  return info;
}

/** A path as ffmpeg takes it: never read as an option, a protocol or a pattern. */
export function fileUrl(path: string): string {
  return `file:${path}`;
}
