import { rmSync, writeFileSync } from 'node:fs';
import { BadMedia } from './badMedia';
import { runFfmpeg } from './ffmpeg/ffmpeg';
import type { ScannedMedia } from './probe';
import { decodeStreams, type DecodedStreams } from './streams';

export interface EncodeStretchArgs {
  /** Scan of the file. */
  readonly scanned: ScannedMedia;
  /** File with the sound, if it is a separate one. */
  readonly sound?: string;
  readonly startSeconds: number;
  readonly seconds: number;
  /** Selects pictures and sound; each is written only if the file has it. */
  readonly pictures: boolean;
  readonly sounds: boolean;
  readonly framesPerSecond: number;
  /** Shorter side of the pictures before {@link pictureOptions} [px]. */
  readonly shortSide: number;
  readonly sampleRateHz: number;
  /** ffmpeg options that filter and encode pictures and sound. */
  readonly pictureOptions: readonly string[];
  readonly soundOptions: readonly string[];
  readonly fileOptions: readonly string[];
}

/**
 * Writes part of a file as a small file of its own, for players. It is decoded as windows are, so that users
 * play exactly what the model learns from.
 *
 * @param out the output file; temporary files of this name with suffixes stand beside it meanwhile
 * @throws BadMedia if the file cannot be used or cannot be encoded
 */
export async function encodeStretch(out: string, args: EncodeStretchArgs): Promise<void> {
  const { path, audio } = args.scanned.info;
  const video = args.pictures && args.scanned.info.video !== null;
  const isApart = args.sound !== undefined && args.sound !== path;
  const heard = args.sounds && (isApart || audio !== null);
  if (!video && !heard) throw new BadMedia(path, `holds no ${args.pictures ? 'pictures' : 'sound'} to play`);
  const { startSeconds, seconds, shortSide, scanned } = args;
  const stretch = { startSeconds, seconds, shortSide };
  const framesPerSecond = video ? args.framesPerSecond : null;
  const sampleRateHz = heard && !isApart ? args.sampleRateHz : null;
  const streams =
    video || sampleRateHz !== null
      ? await decodeStreams(path, { ...stretch, framesPerSecond, sampleRateHz, scanned })
      : null;
  const apart =
    isApart && heard
      ? await decodeStreams(args.sound!, {
          ...stretch,
          framesPerSecond: null,
          sampleRateHz: args.sampleRateHz,
        })
      : null;
  await encode(out, args, video ? streams : null, heard ? (apart ?? streams)!.waveform : null);
}

async function encode(
  out: string,
  args: EncodeStretchArgs,
  pictures: DecodedStreams | null,
  waveform: Float32Array | null,
): Promise<void> {
  const raw = { frames: `${out}.rgb`, samples: `${out}.f32` };
  const inputs: string[] = [];
  try {
    if (pictures) {
      const size = `${pictures.width}x${pictures.height}`;
      writeFileSync(raw.frames, pictures.frames);
      inputs.push('-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', size, '-r', `${args.framesPerSecond}`);
      inputs.push('-i', `file:${raw.frames}`);
    }
    if (waveform) {
      writeFileSync(raw.samples, new Uint8Array(waveform.buffer, waveform.byteOffset, waveform.byteLength));
      inputs.push('-f', 'f32le', '-ar', `${args.sampleRateHz}`, '-ac', '1', '-i', `file:${raw.samples}`);
    }
    const options = [
      ...(pictures ? args.pictureOptions : []),
      ...(waveform ? args.soundOptions : []),
      ...args.fileOptions,
    ];
    const { exitCode, log } = await runFfmpeg({
      args: ['-loglevel', 'error', ...inputs, '-threads', '1', ...options, '-y', `file:${out}`],
    });
    if (exitCode === 0) return;
    const reason = log.trim().split('\n').at(-1) || 'it was stopped';
    throw new BadMedia(args.scanned.info.path, `could not be encoded to be played (${reason})`);
  } finally {
    for (const path of Object.values(raw)) rmSync(path, { force: true });
  }
}
