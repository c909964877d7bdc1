import { readFileSync, statSync } from 'node:fs';
import { UserError } from '../errors';
import { showHtml } from './display';
import { escapeHtml } from '../table';

export interface PlayerArgs {
  /** Width on the page [px]; default 320. */
  readonly widthPixels?: number;
  readonly caption?: string;
}

const mostBytes = 400_000;

/** Shows a player with sound for a short mp4 file, which is embedded in the notebook. */
export function showVideo(path: string, args: PlayerArgs = {}): void {
  showHtml(videoHtml(path, args), `Video: ${args.caption ?? path}`);
}

/**
 * The player as HTML, with the file embedded.
 *
 * @throws UserError if the file is missing or too large to embed in a notebook
 */
export function videoHtml(path: string, { widthPixels = 320, caption }: PlayerArgs = {}): string {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) throw new UserError(`There is no file ${path} to play.`);
  if (size > mostBytes) {
    throw new UserError(
      `${path} has ${Math.round(size / 1000)} kB; a player in a notebook takes at most ${mostBytes / 1000} kB: cut a shorter clip.`,
    );
  }
  const source = `data:video/mp4;base64,${readFileSync(path).toString('base64')}`;
  const label = caption ? `<figcaption>${escapeHtml(caption)}</figcaption>` : '';
  return `<figure style="margin: 4px 0"><video controls loop width="${widthPixels}" src="${source}"></video>${label}</figure>`;
}
