import { BadMedia, openFailure } from '../badMedia';
import { audioTrackOf, videoTrackOf } from './describedTracks';
import { parseDescription } from './ffmpegDescription';
import { fileUrl, runFfmpegOn } from './ffmpegOn';
import { PacketList } from './packetList';
import type { ScanArgs, ScannedMedia } from '../scannedMedia';
import { emptyReason, inMicroseconds, requireWhole } from '../wholeness';

/**
 * Reads all packets of a file with ffmpeg, where libav is not available, to find its true length and whether it is
 * complete.
 *
 * @throws BadMedia if the file cannot be opened, holds nothing, or ends well before its announced end
 */
export async function scanByFfmpeg(
  path: string,
  { host, signal, tracks = {} }: ScanArgs,
): Promise<ScannedMedia> {
  const list = new PacketList();
  const { log } = await runFfmpegOn(path, {
    args: [
      ...['-loglevel', 'level+info', '-nostats', '-i', fileUrl(path)],
      ...[
        '-map',
        '0',
        '-c',
        'copy',
        '-copyinkf:v',
        '-copy_unknown',
        '-flush_packets',
        '1',
        '-f',
        'framecrc',
        'pipe:1',
      ],
    ],
    sinks: [(bytes) => list.push(bytes)],
    host,
    signal,
  });
  const description = parseDescription(log);
  if (!description) throw openFailure(path, log);
  const video = videoTrackOf(path, description, tracks);
  const audio = audioTrackOf(path, description, tracks);
  if (!video && !audio) throw new BadMedia(path, 'holds no pictures or sound that can be read');
  const beginSeconds = Math.min(...[video, audio].flatMap((track) => track?.info.startSeconds ?? []));
  const endOf = (index: number | undefined, frameSeconds?: number): number | null => {
    const end = index === undefined ? null : list.endOf(index, frameSeconds);
    return end === null ? null : inMicroseconds(end - beginSeconds);
  };
  const rate = video?.info.framesPerSecond ?? 0;
  const videoEndSeconds = endOf(video?.index, rate > 0 ? 1 / rate : 0);
  const audioEndSeconds = endOf(audio?.index);
  const held = Math.max(videoEndSeconds ?? 0, audioEndSeconds ?? 0);
  if (held === 0) throw new BadMedia(path, emptyReason({ video, audio }));
  const last = Math.max(list.lastSeconds, held);
  // Some writers state the last timestamp instead of the length.
  const reached = Math.max(last, last + description.startTimestamp);
  requireWhole(path, { stated: description.statedSeconds ?? 0, reached, held });
  const since = <Info extends { readonly startSeconds: number }>(info: Info): Info => ({
    ...info,
    startSeconds: info.startSeconds - beginSeconds,
  });
  return {
    info: {
      path,
      format: description.format,
      durationSeconds: held,
      video: video && since(video.info),
      audio: audio && since(audio.info),
    },
    usableSeconds: videoEndSeconds ?? held,
    scan: { videoEndSeconds, audioEndSeconds, seekable: false, timedPictures: true },
    ffmpeg: {
      video: video && video.index,
      audio: audio && audio.index,
      beginSeconds,
      aspect: video?.aspect ?? 1,
    },
  };
}
