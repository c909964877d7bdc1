import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../errors';
import { runFfmpeg } from '../../media/ffmpeg';
import { escapeHtml } from '../table';
import type { OriginalFile } from './extractFolder';

/** What of a clip is played. */
export type PreviewKind = 'both' | 'pictures' | 'sound';

export interface PreviewArgs {
  readonly file: OriginalFile;
  readonly kind?: PreviewKind;
  /** Length round the middle of the file [s]. */
  readonly seconds?: number;
  readonly widthPixels?: number;
  readonly caption?: string;
  /** Colour of a line below the player. */
  readonly colour?: string;
}

/**
 * A player of the middle of any file that ffmpeg reads, as HTML with the media inside: cut and made small, about 12 kB.
 *
 * @throws UserError if ffmpeg cannot do it
 */
export async function clipPreview(args: PreviewArgs): Promise<string> {
  const { kind = 'both', widthPixels = 128, caption = '', colour = 'transparent' } = args;
  const bytes = await cut(args, kind, widthPixels);
  const [tag, type] = kind === 'sound' ? ['audio', 'audio/mp4'] : ['video', 'video/mp4'];
  const source = `data:${type};base64,${bytes.toString('base64')}`;
  const style = `margin: 4px 8px 4px 0; width: ${widthPixels}px; border-bottom: 3px solid ${colour}`;
  const player = `<${tag} controls style="width: ${widthPixels}px" src="${source}"></${tag}>`;
  return `<figure style="${style}">${player}<figcaption>${escapeHtml(caption)}</figcaption></figure>`;
}

async function cut({ file, seconds = 1.6 }: PreviewArgs, kind: PreviewKind, width: number): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), `xkd-preview-${process.pid}-`));
  const out = join(folder, 'clip.mp4');
  const start = Math.max(0, file.middleSeconds - seconds / 2);
  const even = 2 * Math.round(width / 2);
  const pictures = ['-vf', `scale=${even}:-2,fps=16`, '-c:v', 'libx264', '-crf', '32', '-pix_fmt', 'yuv420p'];
  const sound = ['-c:a', 'aac', '-b:a', '24k', '-ar', '24000', '-ac', '1'];
  try {
    const { exitCode, log } = await runFfmpeg({
      args: [
        ...['-loglevel', 'error', '-y', '-ss', start.toFixed(3), '-i', file.path, '-t', String(seconds)],
        ...(kind === 'sound' ? ['-vn'] : pictures),
        ...(kind === 'pictures' ? ['-an'] : sound),
        ...['-map_metadata', '-1', '-fflags', '+bitexact', '-movflags', '+faststart', out],
      ],
    });
    if (exitCode === 0) return readFileSync(out);
    const reason = log.trim().split('\n').at(-1) || 'it was stopped';
    throw new UserError(`ffmpeg could not cut a piece out of ${file.path} to play: ${reason}.`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
