import { join } from 'node:path';
import { formatCsvLine, makeFolder, writeFileAtomic } from '../files';
import { escapeMarkdown } from '../eval/report/markdown';
import type { AblationCurves } from './curves';
import { gainText, paperText, percentText, signsText } from './figureText';
import { ablationFeatures, ablationProbes, type AblationProbe } from './jobResult';
import type { AblationPairs } from './pairs';
import type { AblationTable } from './table';
import { ruleSentence } from './seedRule';
import { failureSentences } from './tableRows';
import { ablationVerdicts, type AblationVerdict, bootstrapInterval, verdictText } from './verdicts';

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
const csvVerdict = ['bootstrapLow', 'bootstrapHigh', 'p', 'pHolm', 'verdict'];

/** One line per row, features and probe, in percent. The column `values` holds those of all seeds, separated by `;`. */
export function ablationCsv(table: AblationTable): string {
  const kinds = ablationFeatures.flatMap((features) =>
    ablationProbes.map((probe) => ({ features, probe, verdicts: ablationVerdicts(table, features, probe) })),
  );
  const lines = table.rows.flatMap((row) =>
    kinds.map(({ features, probe, verdicts }) => {
      const { values, ours, gain } = row.figures[features][probe];
      return [
        ...[row.name, row.title, row.commonShare, features, probe, values.length],
        ...[ours.mean, ours.low, ours.high].map(inPercent),
        ...[gain?.mean ?? null, gain?.low ?? null, gain?.high ?? null].map(inPercent),
        gain === null ? null : row.against,
        values.map(({ top1 }) => inPercent(top1)).join(';'),
        ...verdictCells(row.name, verdicts.get(row.name)),
      ];
    }),
  );
  return `${[[...csvColumns, ...csvFigures, ...csvVerdict], ...lines].map(formatCsvLine).join('\n')}\n`;
}

function verdictCells(name: string, verdict: AblationVerdict | undefined): (string | number | null)[] {
  if (verdict === undefined) return csvVerdict.map(() => null);
  const { differences, p, adjusted } = verdict;
  const bootstrap = bootstrapInterval(differences, name);
  const probability = (value: number): number => Number(value.toPrecision(3));
  return [
    inPercent(bootstrap.low),
    inPercent(bootstrap.high),
    probability(p),
    probability(adjusted),
    verdictText(verdict),
  ];
}

/** Tables of the two probes, and a description of how the figures were obtained. */
export function ablationMarkdown(table: AblationTable): string {
  const { seeds, steps, trainClips, testClips, chance, machines, jobSeconds, missing, createdBy, rule } =
    table;
  const failures = failureSentences(table);
  const percent = (100 * chance).toFixed(1);
  const blocks = [
    '# Ablation beside the paper’s',
    `Top-1 in percent of the students' frozen features, mean of ${rule ? 'up to ' : ''}${seeds.length} seeds (${seeds.join(', ')}) with its 95 % interval (Student's t); *gain*: less the row that it is compared with, seed by seed. A verdict *gains* or *loses* where a paired t-test, corrected by Holm for the number of rows, is below 5 %; otherwise it is the largest difference in points that the interval allows, or *not decided* where the interval leaves out 0. ${rule ? `${ruleSentence(rule)} ` : ''}Every network took ${steps} steps on the same ${trainClips} clips in the same order and was tested on ${testClips}; chance is ${percent} %. *rank; entropy*: at the end of training, of the students' features (RankMe) and of the teachers' answers (share of its bound), for video and audio. *paper*: linear evaluation, in brackets less both reconstructions of the same table.`,
    ...ablationProbes.flatMap((probe) => [
      probe === 'logistic' ? '## Linear probe (logistic regression)' : '## Linear SVM',
      markdownTable(table, probe),
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

function markdownTable(table: AblationTable, probe: AblationProbe): string {
  const measured = table.rows.some(({ signs }) => signs);
  const header = [
    ...['row', 'video', 'gain', 'verdict', 'audio', 'gain', 'verdict', 'both', 'seeds'],
    ...(measured ? ['rank; entropy'] : []),
    'paper, video',
  ];
  const verdicts = {
    video: ablationVerdicts(table, 'video', probe),
    audio: ablationVerdicts(table, 'audio', probe),
  };
  const lines = table.rows.map((row) => {
    const cells = (features: 'video' | 'audio') => {
      const { ours, gain } = row.figures[features][probe];
      return [percentText(ours), gainText(gain), verdictText(verdicts[features].get(row.name))];
    };
    return [
      escapeMarkdown(row.title),
      ...cells('video'),
      ...cells('audio'),
      percentText(row.figures.both[probe].ours),
      String(row.figures.both[probe].values.length),
      ...(measured ? [signsText(row)] : []),
      escapeMarkdown(paperText(row, 'video')),
    ];
  });
  return [header, header.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function inPercent(share: number | null): number | null {
  return share === null ? null : Number((100 * share).toFixed(4));
}
