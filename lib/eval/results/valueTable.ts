import type { ValueTable } from '../../shown';
import type { ProtocolResult } from './protocolResult';

/** Up to this many folds, each has its own column. */
const mostFoldColumns = 10;

/** A protocol's result as a table: one row per metric, one column per fold, and the mean with its interval. */
export function protocolTable(result: ProtocolResult): ValueTable {
  const { protocol, dataset, modality, tower, network, folds, metrics, intervals, skipped, seed } = result;
  const columns = folds.length > 1 && folds.length <= mostFoldColumns ? folds : [];
  return {
    caption: `${protocol} on ${dataset.name} (${dataset.classes.length} classes): ${modality} of the ${tower}, seed ${seed}`,
    rows: Object.entries(metrics).map(([metric, mean]) => ({
      metric,
      ...Object.fromEntries(
        columns.map((fold) => [`fold ${fold.name}`, shareText(metric, fold.metrics[metric])]),
      ),
      [columns.length > 0 ? 'mean' : 'value']: shareText(metric, mean),
      ...(intervals && { '95 % interval': intervalText(metric, intervals[metric]) }),
    })),
    notes: [
      `${folds[0].trainClips} clips to learn from, ${folds[0].testClips} to test${folds.length > 1 ? ` in the first of ${folds.length} folds` : ''}; network: ${network.source}.`,
      ...(skipped.length > 0 ? [`Left out: ${skipped.length} files that could not be used.`] : []),
      ...(result.notes ?? []),
    ],
  };
}

type Interval = NonNullable<ProtocolResult['intervals']>[string] | undefined;

function intervalText(metric: string, interval: Interval): string {
  return interval ? `${shareText(metric, interval.low)} to ${shareText(metric, interval.high)}` : '';
}

/** Ranks and losses are plain numbers; everything else is a share. */
function shareText(metric: string, value: number | undefined): string {
  if (value === undefined) return '';
  return /rank|loss/i.test(metric) ? String(Number(value.toPrecision(4))) : `${(100 * value).toFixed(1)} %`;
}
