import { groupBy } from './distinctRuns';
import { limitsText, paperSource } from './figureText';
import type { ResultReport } from './makeReport';
import { otherMetricsText, tableCells, tableColumns } from './tableColumns';

const header = Object.keys(tableColumns);
/** Columns with figures, which are right-aligned. */
const rightAligned = new Set(['ours', '95 % interval', 'seeds']);

/** The report as Markdown, one table per data set. The columns are aligned for a terminal. */
export function reportMarkdown(report: ResultReport): string {
  const main = report.rows.filter(({ isMain }) => isMain);
  const others = otherMetricsText(report.rows);
  const sections = [...groupBy(main, ({ dataset }) => dataset).values()].flatMap((rows) => {
    const limits = limitsText(rows);
    const { dataset, classes } = rows[0];
    return [
      `## ${escapeMarkdown(dataset)}, ${classes} classes`,
      table([header, ...rows.map(tableCells)].map((line) => line.map(escapeMarkdown))),
      ...(limits ? [escapeMarkdown(limits)] : []),
    ];
  });
  const blocks = [
    '# Results beside the paper’s',
    `*ours*: measured with this program; the interval is Student's, over seeds. *paper*: published by ${paperSource}.`,
    ...sections,
    ...list('Notes', [...(others ? [others] : []), ...report.notes]),
    ...list('Left out', report.problems),
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** Escapes text so that Markdown and HTML show it literally, also in a table. Control characters become `?`. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/\p{Cc}/gu, '?')
    .replace(/[\\`*|<>[\]~&]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\$&');
}

function table([head, ...lines]: readonly string[][]): string {
  const widths = head.map((_, c) => Math.max(3, ...[head, ...lines].map((line) => length(line[c]))));
  const isRight = head.map((title) => rightAligned.has(title));
  const format = (line: readonly string[]) =>
    `| ${line.map((text, c) => pad(text, widths[c], isRight[c])).join(' | ')} |`;
  const rule = `| ${widths.map((width, c) => '-'.repeat(width - 1) + (isRight[c] ? ':' : '-')).join(' | ')} |`;
  return [format(head), rule, ...lines.map(format)].join('\n');
}

function pad(text: string, width: number, right: boolean): string {
  const space = ' '.repeat(width - length(text));
  return right ? space + text : text + space;
}

/** Characters, not UTF-16 units. */
function length(text: string): number {
  return [...text].length;
}

function list(title: string, sentences: readonly string[]): string[] {
  if (sentences.length === 0) return [];
  return [`## ${title}`, sentences.map((sentence) => `- ${escapeMarkdown(sentence)}`).join('\n')];
}
