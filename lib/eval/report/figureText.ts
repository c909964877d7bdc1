import type { ReportRow } from './makeReport';

/** Where the figures beside ours come from. */
export const paperSource = 'Sarkar and Etemad, AAAI 2024 (arXiv 2211.13929)';

/** A value of a row's metric: shares in percent. */
export function valueText({ isShare }: Pick<ReportRow, 'isShare'>, value: number): string {
  return isShare ? `${(100 * value).toFixed(1)} %` : String(Number(value.toPrecision(4)));
}

/** The interval of a row, or why it has none. */
export function intervalText(row: ReportRow): string {
  const { low, high } = row.ours;
  if (low === null || high === null) return 'none (1 seed)';
  // The unit once.
  return `${valueText(row, low).replace(/ %$/, '')} to ${valueText(row, high)}`;
}

/** How many seeds a row is of. */
export function seedsText({ ours: { over, count } }: ReportRow): string {
  if (over === 'evaluation seeds') return `${count} of evaluation`;
  return over === 'draws' ? `1, ${count} draws` : String(count);
}

/** The paper's figure, marked where it does not compare in size. */
export function paperText({ paper }: ReportRow): string {
  if (!paper) return '';
  return `${paper.percent.toFixed(1)} % (${paper.title})${paper.limits.length > 0 ? ' †' : ''}`;
}

/** Whose features, of what. */
export function featuresText({ modality, tower }: ReportRow): string {
  return modality === 'both' ? `video and audio ${tower}s` : `${modality} ${tower}`;
}

export function protocolText({ protocol, settings }: ReportRow): string {
  return settings ? `${protocol}, ${settings}` : protocol;
}

/** Why figures of these rows do not compare in size with the paper's; null where all do. */
export function limitsText(rows: readonly ReportRow[]): string | null {
  const limits = [...new Set(rows.flatMap(({ paper }) => paper?.limits ?? []))];
  if (limits.length === 0) return null;
  return `† Not comparable in size with ours, only in kind: ${limits.join('; ')}.`;
}
