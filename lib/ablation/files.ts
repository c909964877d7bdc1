import { join } from 'node:path';
import { formatCsvLine, makeFolder, writeFileAtomic } from '../files';
import { escapeMarkdown } from '../eval/report/markdown';
import type { AblationCurves } from './curves';
import { gainText, paperText, percentText } from './figureText';
import { ablationFeatures, ablationProbes, type AblationProbe } from './jobResult';
import type { AblationPairs } from './pairs';
import type { AblationTable, AblationTableRow } from './table';
import { failureSentences } from './tableRows';

/**
 * Writes `ablation.json`, `ablation.csv` and `ablation.md` to a folder, and `ablation-curves.json` if there are curves.
 * Existing files are replaced.
 */
export function writeAblation(
  folder: string,
  table: AblationTable,
  curves: AblationCurves | null = null,
): void {
  makeFolder(folder);
  writeFileAtomic(join(folder, 'ablation.csv'), ablationCsv(table));
  writeFileAtomic(join(folder, 'ablation.md'), ablationMarkdown(table));
  writeFileAtomic(join(folder, 'ablation.json'), `${JSON.stringify(table, null, 2)}\n`);
  if (curves) writeFileAtomic(join(folder, 'ablation-curves.json'), curvesText(curves));
}

/** Writes `ablation-pairs.json` to an existing folder. */
export function writeAblationPairs(folder: string, pairs: AblationPairs): void {
  writeFileAtomic(join(folder, 'ablation-pairs.json'), `${JSON.stringify(pairs, null, 2)}\n`);
}

/** JSON with one line per curve; ordinary indentation would put each number on its own line. */
function curvesText({ curves, ...rest }: AblationCurves): string {
  const lines = curves.map((curve) => JSON.stringify(curve));
  return `${JSON.stringify(rest).slice(0, -1)},"curves":[\n${lines.join(',\n')}\n]}\n`;
}

const csvColumns = ['row', 'title', 'commonShare', 'features', 'probe', 'seeds'];
const csvFigures = ['top1', 'top1Low', 'top1High', 'gain', 'gainLow', 'gainHigh', 'against', 'values'];

/** One line per row, features and probe, in percent. The last column holds the values of all seeds, separated by `;`. */
export function ablationCsv({ rows }: AblationTable): string {
  const lines = rows.flatMap((row) =>
    ablationFeatures.flatMap((features) =>
      ablationProbes.map((probe) => {
        const { values, ours, gain } = row.figures[features][probe];
        return [
          ...[row.name, row.title, row.commonShare, features, probe, values.length],
          ...[ours.mean, ours.low, ours.high].map(inPercent),
          ...[gain?.mean ?? null, gain?.low ?? null, gain?.high ?? null].map(inPercent),
          gain === null ? null : row.against,
          values.map(({ top1 }) => inPercent(top1)).join(';'),
        ];
      }),
    ),
  );
  return `${[[...csvColumns, ...csvFigures], ...lines].map(formatCsvLine).join('\n')}\n`;
}

/** Tables of the two probes, and a description of how the figures were obtained. */
export function ablationMarkdown(table: AblationTable): string {
  const { seeds, steps, trainClips, testClips, chance, machines, jobSeconds, missing, createdBy } = table;
  const failures = failureSentences(table);
  const percent = (100 * chance).toFixed(1);
  const blocks = [
    '# Ablation beside the paper’s',
    `Top-1 in percent of the students' frozen features, mean of ${seeds.length} seeds (${seeds.join(', ')}) with its 95 % interval (Student's t); *gain*: less the row that it is compared with, seed by seed. Every network took ${steps} steps on the same ${trainClips} clips in the same order and was tested on ${testClips}; chance is ${percent} %. *paper*: linear evaluation, in brackets less both reconstructions of the same table.`,
    ...ablationProbes.flatMap((probe) => [
      probe === 'logistic' ? '## Linear probe (logistic regression)' : '## Linear SVM',
      markdownTable(table.rows, probe),
    ]),
    ...(failures.length > 0
      ? ['## What went wrong', failures.map((sentence) => `- ${escapeMarkdown(sentence)}`).join('\n')]
      : []),
    `${(jobSeconds / 3600).toFixed(1)} hours of processes in all, on: ${machines.map(escapeMarkdown).join('; ')}.`,
    ...(createdBy.length > 0 ? [`Command: \`${createdBy.join(' ')}\``] : []),
    ...(missing.length > 0 ? [`Not done yet: ${missing.map(escapeMarkdown).join('; ')}.`] : []),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function markdownTable(rows: readonly AblationTableRow[], probe: AblationProbe): string {
  const header = ['row', 'video', 'gain', 'audio', 'both', 'paper, video'];
  const lines = rows.map((row) => {
    const { video, audio, both } = row.figures;
    return [
      escapeMarkdown(row.title),
      percentText(video[probe].ours),
      gainText(video[probe].gain),
      percentText(audio[probe].ours),
      percentText(both[probe].ours),
      escapeMarkdown(paperText(row, 'video')),
    ];
  });
  return [header, header.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function inPercent(share: number | null): number | null {
  return share === null ? null : Number((100 * share).toFixed(4));
}
