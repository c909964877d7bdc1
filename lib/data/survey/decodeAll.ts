import type { ScannedMedia } from '../../media/probe';
import { streamFile, type StreamSink } from '../../media/streams';

/** What files are decoded to where nobody looks at them: little, as only the decoding matters. */
const form = { framesPerSecond: 8, shortSide: 32, sampleRateHz: 16000 } as const;

/**
 * Decodes a file from start to end with what training decodes it with, and keeps nothing.
 *
 * @param host socket of the host whose processes decode
 * @throws BadMedia where training could not use it
 */
export async function decodeAll(scanned: ScannedMedia, host: string, signal?: AbortSignal): Promise<void> {
  const { path, video, audio } = scanned.info;
  const stretch = { startSeconds: 0, seconds: Infinity, shortSide: form.shortSide };
  const rates = { framesPerSecond: video && form.framesPerSecond, sampleRateHz: audio && form.sampleRateHz };
  const sinks = { frames: video && new Forgotten(), samples: audio && new Forgotten() };
  await streamFile(path, { ...stretch, ...rates, scanned, host, signal }, sinks);
}

/** Takes what comes and forgets it. */
class Forgotten implements StreamSink {
  count = 0;

  push(): void {
    this.count++;
  }
}
