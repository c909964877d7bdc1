import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MediaEntry } from '../data';
import { UserError } from '../errors';
import { probe } from '../media';
import { runFfmpeg } from '../media/ffmpeg';

export interface SmallClipArgs {
  /** Length of the piece from the middle [s]; a shorter file is taken whole. */
  readonly seconds: number;
  /** Length of the longer side [px], an even number; default 64. */
  readonly sidePixels?: number;
}

/** Files that are made small at the same time. */
const parallel = 2;

/**
 * The middle of files as mp4 so small (6 to 7 kB for a second of 64 px) that dozens of them fit into a notebook.
 *
 * @returns a data URI for each, for players
 * @throws UserError naming a file that can't be read
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
  { path, startSeconds = 0, endSeconds }: MediaEntry,
  { seconds, sidePixels = 64 }: SmallClipArgs,
  out: string,
): Promise<string> {
  const { durationSeconds, video } = await probe(path);
  const end = endSeconds ?? durationSeconds ?? startSeconds + seconds;
  const start = Math.max(startSeconds, (startSeconds + end - seconds) / 2);
  const input = ['-threads', '1', '-ss', start.toFixed(3), '-t', String(seconds), '-i', `file:${path}`];
  const size = `scale=${sidePixels}:${sidePixels}:force_original_aspect_ratio=decrease:force_divisible_by=2`;
  const pictures = ['-vf', `fps=10,${size}`, '-c:v', 'libx264', '-preset', 'veryslow', '-crf', '33', '-pix_fmt', 'yuv420p']; // prettier-ignore
  const sound = ['-c:a', 'aac', '-ac', '1', '-ar', '16000', '-b:a', '20k'];
  const file = ['-threads', '1', '-map_metadata', '-1', '-movflags', '+faststart', '-y', `file:${out}`];
  const args = ['-loglevel', 'error', ...input, ...(video ? pictures : ['-vn']), ...sound, ...file];
  const { exitCode, log } = await runFfmpeg({ args });
  if (exitCode !== 0) throw new UserError(`${path} could not be made into a small clip: ${log.trim()}`);
  return `data:video/mp4;base64,${readFileSync(out).toString('base64')}`;
}
