import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MediaEntry } from '../data';
import { encodeStretch } from '../media/encodeStretch';
import { scanMedia } from '../media/probe';

export interface SmallClipArgs {
  /** Duration of the part from the middle [s]; a shorter file is used whole. */
  readonly seconds: number;
  /** Length of the longer side [px], an even number; default 64. */
  readonly sidePixels?: number;
}

/** Number of files converted in parallel. */
const parallel = 2;

/**
 * The middles of files as mp4, so small (6 to 7 kB for a second of 64 px) that dozens of them fit into a
 * notebook.
 *
 * @returns a data URI per file, for players
 * @throws UserError with the name of a file that can't be read
 */
export async function smallClips(entries: readonly MediaEntry[], args: SmallClipArgs): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'xkd-clips-'));
  const sources = new Array<string>(entries.length);
  let next = 0;
  const work = async () => {
    while (next < entries.length) {
      const i = next++;
      sources[i] = await smallClip(entries[i], args, join(folder, `${i}.mp4`));
    }
  };
  try {
    await Promise.all(Array.from({ length: parallel }, work));
  } finally {
    rmSync(folder, { recursive: true });
  }
  return sources;
}

async function smallClip(
  { path, sound, startSeconds = 0, endSeconds = Infinity }: MediaEntry,
  { seconds, sidePixels = 64 }: SmallClipArgs,
  out: string,
): Promise<string> {
  const scanned = await scanMedia(path);
  const end = Math.min(endSeconds, scanned.usableSeconds ?? startSeconds + seconds);
  const start = Math.max(startSeconds, (startSeconds + end - seconds) / 2);
  const size = `scale=${sidePixels}:${sidePixels}:force_original_aspect_ratio=decrease:force_divisible_by=2`;
  await encodeStretch(out, {
    scanned,
    sound,
    startSeconds: start,
    seconds: Math.min(seconds, end - start),
    pictures: true,
    sounds: true,
    framesPerSecond: 10,
    shortSide: sidePixels,
    sampleRateHz: 16000,
    pictureOptions: [
      '-vf',
      size,
      '-c:v',
      'libx264',
      '-preset',
      'veryslow',
      '-crf',
      '33',
      '-pix_fmt',
      'yuv420p',
    ],
    soundOptions: ['-c:a', 'aac', '-b:a', '20k'],
    fileOptions: ['-map_metadata', '-1', '-movflags', '+faststart'],
  });
  return `data:video/mp4;base64,${readFileSync(out).toString('base64')}`;
}
