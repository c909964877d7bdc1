import { BadMedia, type MediaInfo } from '../../media';
import { firstError, hasErrors } from '../../media/badMedia';
import { runFfmpeg } from '../../media/ffmpeg';
import { fileUrl } from '../../media/probe';

/**
 * Decodes a file from start to end and keeps nothing.
 *
 * @param host socket of the host that starts ffmpeg
 * @throws BadMedia if ffmpeg complains about its data, or it ends well before it says it does
 */
export async function decodeAll(info: MediaInfo, host: string, signal?: AbortSignal): Promise<void> {
  const { path, durationSeconds, video, audio } = info;
  const streams = [...(video ? ['-map', '0:V:0'] : []), ...(audio ? ['-map', '0:a:0'] : [])];
  const input = ['-threads', '1', '-i', fileUrl(path)];
  const args = ['-loglevel', 'level+info', '-nostats', ...input, ...streams, '-f', 'null', '-'];
  const { log } = await runFfmpeg({ args, host, signal });
  if (hasErrors(log)) throw new BadMedia(path, `is damaged: ${firstError(log)}`);
  const held = lastTime(log);
  if (durationSeconds === null || held === null) return;
  if (durationSeconds - held > Math.max(leastMissingSeconds, durationSeconds / 10)) {
    const announced = `the ${durationSeconds.toFixed(1)} s it announces`;
    throw new BadMedia(path, `is truncated: it holds ${held.toFixed(1)} s of ${announced}`);
  }
}

const leastMissingSeconds = 0.5;

/** Up to where it was decoded [s], as ffmpeg says at its end; null where it does not. */
function lastTime(log: string): number | null {
  const [last] = [...log.matchAll(/time=(\d+):(\d+):([\d.]+)/g)].slice(-1);
  return last ? 3600 * Number(last[1]) + 60 * Number(last[2]) + Number(last[3]) : null;
}
