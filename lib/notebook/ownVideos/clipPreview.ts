import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../errors';
import { BadMedia } from '../../media';
import { encodeStretch } from '../../media/encodeStretch';
import { scanMedia } from '../../media/probe';
import { escapeHtml } from '../../table';
import type { OriginalFile } from './extractFolder';

/** The parts of a clip to play. */
export type PreviewKind = 'both' | 'pictures' | 'sound';

export interface PreviewArgs {
  readonly file: OriginalFile;
  readonly kind?: PreviewKind;
  /** Duration around the middle of the file [s]. */
  readonly seconds?: number;
  readonly widthPixels?: number;
  readonly caption?: string;
  /** Colour of a line below the player. */
  readonly colour?: string;
}

/**
 * A player for the middle of any video or sound, as HTML with the media embedded: decoded as for training,
 * cut and scaled down, about 12 kB.
 *
 * @throws UserError if the file cannot be used
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
  const even = 2 * Math.round(width / 2);
  try {
    await encodeStretch(out, {
      scanned: await scanMedia(file.path),
      startSeconds: Math.max(0, file.middleSeconds - seconds / 2),
      seconds,
      pictures: kind !== 'sound',
      sounds: kind !== 'pictures',
      framesPerSecond: 16,
      shortSide: even,
      sampleRateHz: 24000,
      pictureOptions: ['-vf', `scale=${even}:-2`, '-c:v', 'libx264', '-crf', '32', '-pix_fmt', 'yuv420p'],
      soundOptions: ['-c:a', 'aac', '-b:a', '24k'],
      fileOptions: ['-map_metadata', '-1', '-fflags', '+bitexact', '-movflags', '+faststart'],
    });
    return readFileSync(out);
  } catch (error) {
    if (!(error instanceof BadMedia)) throw error;
    throw new UserError(`No piece could be cut out of ${file.path} to play: it ${error.reason}.`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
