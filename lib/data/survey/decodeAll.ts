import type { SoundLevels } from '../../media/soundLevels';
import type { DecodeReport } from '../../media/libav/decodeReport';
import { PictureParser } from '../../media/ffmpeg/pictureParser';
import type { ScannedMedia } from '../../media/probe';
import { streamFile, type StreamSink } from '../../media/streams';
import type { Tracks } from '../../media';
import { isCancelling, isSilent, lookForm, peakOf, PictureLook } from './content';
import { traitsOf, type FileTraits } from './traits';

export interface DecodeAllArgs {
  readonly tracks?: Tracks;
  /** Socket of the host whose processes decode. */
  readonly host: string;
  readonly signal?: AbortSignal;
}

/**
 * Decodes a whole file with the decoder that training uses, and inspects the result.
 *
 * @throws BadMedia if training could not use it
 */
export async function decodeAll(scanned: ScannedMedia, args: DecodeAllArgs): Promise<FileTraits> {
  const { path, video, audio } = scanned.info;
  const stretch = { startSeconds: 0, seconds: Infinity, shortSide: lookForm.shortSide };
  const rates = {
    framesPerSecond: video && lookForm.framesPerSecond,
    sampleRateHz: audio && lookForm.sampleRateHz,
  };
  const look = new PictureLook();
  const frames = video && new PictureParser(path, Infinity, (pixels) => look.push(pixels));
  const samples = audio && new PeakReader();
  let report: DecodeReport | null = null;
  const onReport = (found: DecodeReport): void => void (report = found);
  let levels: SoundLevels | null = null;
  const onLevels = (found: SoundLevels): void => void (levels = found);
  await streamFile(path, { ...stretch, ...rates, ...args, scanned, onReport, onLevels }, { frames, samples });
  return traits(scanned, look, samples, { report, levels: report ?? levels });
}

function traits(
  scanned: ScannedMedia,
  look: PictureLook,
  samples: PeakReader | null,
  { report, levels }: { readonly report: DecodeReport | null; readonly levels: SoundLevels | null },
): FileTraits {
  const silent = samples !== null && isSilent(levels ? levels.peak : samples.peak);
  const content = {
    silent,
    cancelling: samples !== null && !silent && levels !== null && isCancelling(levels),
    still: look.still,
    black: look.black,
    packets: report?.packets ?? 0,
    damagedPackets: report?.damagedPackets ?? 0,
  };
  if (!report) return traitsOf(scanned, { content });
  return traitsOf(scanned, { content, hdr: report.hdrFrames > 0, interlaced: report.interlacedFrames > 0 });
}

/** Receives float32 samples and keeps the largest. */
class PeakReader implements StreamSink {
  count = 0;
  peak = 0;
  private rest: Buffer = Buffer.alloc(0);

  push(bytes: Buffer): void {
    const all = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    const whole = all.length - (all.length % 4);
    // Copied for the alignment that float32 values need.
    const samples = new Float32Array(new Uint8Array(all.subarray(0, whole)).buffer);
    this.rest = Buffer.from(all.subarray(whole));
    this.count += samples.length;
    this.peak = Math.max(this.peak, peakOf(samples));
  }
}
