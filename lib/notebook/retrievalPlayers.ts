import type { Modality } from '../config';
import type { MediaEntry } from '../data';
import { showHtml } from './display';
import type { RetrievalAnswer } from '../inspection/retrieval';
import { smallClips, type SmallClipArgs } from '../inspection/smallClip';
import { escapeHtml } from '../table';
import { colours } from '../figures/theme';

export interface RetrievalPlayersArgs extends SmallClipArgs {
  readonly answers: readonly RetrievalAnswer[];
  /** The clips by row. */
  readonly entries: readonly MediaEntry[];
  /** Modality of the queries. */
  readonly from: Modality;
}

/** How an answer matches its query. */
export type AnswerFit = 'itself' | 'class' | 'other';

/** Shows queries and answers with sound: one row of players per query. */
export async function showRetrieval(args: RetrievalPlayersArgs): Promise<void> {
  const { answers, entries } = args;
  const rows = [...new Set(answers.flatMap(({ query, found }) => [query, ...found.map(({ row }) => row)]))];
  const made = await smallClips(rows.map((row) => entries[row]), args); // prettier-ignore
  const sources = new Map(rows.map((row, i) => [row, made[i]]));
  showHtml(retrievalHtml(args, sources), retrievalText(args));
}

/**
 * The players as HTML.
 *
 * @param sources data URIs by row, for each row that is shown
 */
export function retrievalHtml(
  { answers, entries, from, sidePixels = 64 }: Omit<RetrievalPlayersArgs, 'seconds'>,
  sources: ReadonlyMap<number, string>,
): string {
  const width = Math.max(128, sidePixels);
  const player = (row: number, modality: Modality, caption: string, frame: string) => {
    const media =
      modality === 'audio'
        ? `<audio controls src="${sources.get(row)}" style="width: ${width + 40}px"></audio>`
        : `<video controls loop width="${width}" src="${sources.get(row)}"></video>`;
    return `<td style="text-align: center; border: 3px solid ${frame}; padding: 6px">${media}<br>${caption}</td>`;
  };
  const to = from === 'video' ? 'audio' : 'video';
  const lines = answers.map(({ query, rank, found }) => {
    const asked = player(query, from, `<b>asked: ${nameOf(entries[query])}</b>`, 'transparent');
    const answered = found.map(({ row, cosine }, i) => {
      const fit = fitOf(entries, query, row);
      const caption = `${i + 1}. ${nameOf(entries[row])}<br>${marks[fit].text} · cosine ${cosine.toFixed(2)}`;
      return player(row, to, caption, marks[fit].colour);
    });
    return `<tr>${asked}${answered.join('')}<td style="text-align: left">its own: place ${rank}</td></tr>`;
  });
  return `<table><tbody>${lines.join('')}</tbody></table>`;
}

/** Whether an answer is the query clip itself, another of its class, or neither. */
export function fitOf(entries: readonly MediaEntry[], query: number, row: number): AnswerFit {
  if (query === row) return 'itself';
  const own = labelsOf(entries[query]);
  return labelsOf(entries[row]).some((label) => own.includes(label)) ? 'class' : 'other';
}

const marks = {
  itself: { text: '✓✓ the very clip', colour: colours.good },
  class: { text: '✓ its class', colour: `${colours.good}66` },
  other: { text: '✗ another class', colour: `${colours.bad}66` },
} as const;

function retrievalText({ answers, entries }: RetrievalPlayersArgs): string {
  return answers
    .map(({ query, found }) => {
      const names = found.map(({ row }) => `${entries[row].label} (${fitOf(entries, query, row)})`);
      return `${entries[query].label}: ${names.join(', ')}`;
    })
    .join('\n');
}

function labelsOf({ label, labels }: MediaEntry): readonly string[] {
  return labels ?? (label === null ? [] : [label]);
}

function nameOf(entry: MediaEntry): string {
  const labels = labelsOf(entry);
  return escapeHtml(labels.length > 0 ? labels.join(', ') : (entry.path.split(/[\\/]/).at(-1) ?? entry.path));
}
