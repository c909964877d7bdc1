import type { ProtocolResult, ResultFiles } from '../../../eval/results';

/** Up to this many folds, each has its own column if it has every metric. */
const mostFoldColumns = 10;
/** Files that are named among those left out. */
const mostSkipped = 20;

/** A result as text for a terminal. */
export function formatResult(result: ProtocolResult, files: ResultFiles): string {
  const {
    protocol,
    dataset,
    modality,
    tower,
    network,
    folds,
    metrics,
    intervals,
    skipped,
    seed,
    notes = [],
  } = result;
  const names = Object.keys(metrics);
  const nameWidth = Math.max(4, ...names.map((name) => name.length));
  const isWhole = folds.every((fold) => names.every((name) => name in fold.metrics));
  // Draws have long names, and their spread is shown beside the mean.
  const shown = isWhole && !intervals && folds.length <= mostFoldColumns ? folds : [];
  const columns = [
    ...shown.map(({ name, metrics }) => ({ title: name, metrics })),
    ...(shown.length === 1 ? [] : [{ title: 'mean', metrics }]),
  ];
  const widths = columns.map(({ title }) => Math.max(7, title.length));
  const lines = [
    network.source,
    `${protocol} on ${dataset.name} (${dataset.classes.length} classes), ${modality} of the ${tower}, seed ${seed}; ${counts(folds)}`,
    ...skippedLines(skipped),
    ...notes,
    '',
    `${''.padEnd(nameWidth)} ${columns.map(({ title }, i) => title.padStart(widths[i])).join(' ')}`,
    ...names.map((name) => {
      const cells = columns.map(({ metrics }, i) => percent(metrics[name]).padStart(widths[i]));
      const interval = intervals?.[name];
      const range = interval
        ? `   ${percent(interval.low)} to ${percent(interval.high)} (95 %, ${interval.values} draws)`
        : '';
      return `${name.padEnd(nameWidth)} ${cells.join(' ')}${range}`;
    }),
    '',
    `${files.json} and .csv`,
  ];
  return `${lines.join('\n')}\n`;
}

/** The first of the files that were left out, and how many there are. */
function skippedLines(skipped: ProtocolResult['skipped']): string[] {
  const more = skipped.length - mostSkipped;
  return [
    ...skipped.slice(0, mostSkipped).map(({ path, reason }) => `left out: ${path} ${reason}`),
    ...(more > 0 ? [`left out: ${more} more, ${skipped.length} in all; the JSON file names them`] : []),
  ];
}

function counts(folds: ProtocolResult['folds']): string {
  const [{ trainClips, testClips }] = folds;
  const of = folds.length > 1 ? ` in the first of ${folds.length} folds` : '';
  return `${trainClips} clips to learn from and ${testClips} to test${of}`;
}

function percent(value: number | undefined): string {
  return value === undefined ? '' : `${(100 * value).toFixed(1)} %`;
}
