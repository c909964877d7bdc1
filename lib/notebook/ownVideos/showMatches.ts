import type { MediaEntry } from '../../data';
import { showHtml } from '../display';
import { escapeHtml } from '../../table';
import { colours } from '../../figures/theme';
import { clipPreview, type PreviewKind } from './clipPreview';
import type { ExtractedFolder } from './extractFolder';
import type { Match } from './ranking';

export interface ShowMatchesArgs {
  readonly folder: Pick<ExtractedFolder, 'original'>;
  /** The clips by row. */
  readonly entries: readonly MediaEntry[];
  /** Row of the query clip. */
  readonly row: number;
  /** Matches, the best first. */
  readonly matches: readonly Match[];
  readonly given?: PreviewKind;
  readonly found?: PreviewKind;
  readonly title?: string;
}

/**
 * Shows a clip and its matches, each with a player. If classes are known, matches of the same class are
 * underlined; the query clip itself is labelled.
 */
export async function showMatches(args: ShowMatchesArgs): Promise<void> {
  const { folder, entries, row, matches, given = 'both', found = 'both', title } = args;
  const own = entries[row];
  const players = [
    await clipPreview({ file: folder.original(own), kind: given, caption: `given: ${nameOf(own)}` }),
    `<span style="font-size: 28px; align-self: center; margin: 0 12px 0 4px">→</span>`,
  ];
  for (const [i, match] of matches.entries()) {
    const entry = entries[match.row];
    const isHit = match.row === row || (own.label !== null && own.label === entry.label);
    const itself = match.row === row ? ' (the clip itself)' : '';
    players.push(
      await clipPreview({
        file: folder.original(entry),
        kind: found,
        caption: `${i + 1}. ${nameOf(entry)}${itself}, ${match.cosine.toFixed(2)}`,
        colour: isHit ? colours.good : undefined,
      }),
    );
  }
  const heading = title ? `<div style="margin-bottom: 4px"><b>${escapeHtml(title)}</b></div>` : '';
  const text = matches.map((match, i) => `${i + 1}. ${nameOf(entries[match.row])}`).join(', ');
  showHtml(
    `${heading}<div style="display: flex; flex-wrap: wrap; align-items: flex-end">${players.join('')}</div>`,
    `${nameOf(own)}: ${text}`,
  );
}

/** The class, or the file name if there is none. */
function nameOf({ label, path }: MediaEntry): string {
  return label ?? path.split(/[\\/]/).at(-1)!;
}
