import { dataTables } from './data/tables';
import type { DataReport } from './data/run';
import type { BenchMachine } from './machine';
import type { BenchRow } from './measure';
import type { HealthReport } from './health/kind';
import { healthTable } from './health/table';
import type { SvmRow } from './svm/run';
import { svmTable } from './svm/table';
import type { TrainingRow } from './training/run';
import type { ScaleRow } from './scale/run';
import { scaleTable } from './scale/table';
import { trainingTable } from './training/table';

/** All results of a benchmark run; `--json` prints them as one object. */
export interface BenchReport {
  readonly machine: BenchMachine;
  readonly threads: number;
  readonly rows: readonly BenchRow[];
  /** What was requested but could not be measured. */
  readonly leftOut: readonly string[];
  /** For each preset: size of its weight file, and the time of a plain read. */
  readonly weightFiles: Readonly<Record<string, { readonly bytes: number; readonly readSeconds: number }>>;
  /** With `--kind data`. */
  readonly data?: DataReport;
  /** With `--kind svm`. */
  readonly svm?: readonly SvmRow[];
  /** With `--kind health`. */
  readonly health?: HealthReport;
  /** With `--kind run`. */
  readonly training?: readonly TrainingRow[];
  /** With `--kind scale`. */
  readonly scale?: readonly ScaleRow[];
}

/** A table for a terminal. */
export function reportTable({
  machine,
  threads,
  rows,
  weightFiles,
  data,
  svm = [],
  health,
  training = [],
  scale = [],
}: BenchReport): string {
  const head = [
    machine.processor,
    `${threads} of ${machine.cores} threads`,
    machine.device === 'gpu' && 'on the GPU',
    machine.tensorflow && `TensorFlow ${machine.tensorflow}`,
    machine.pytorch && `PyTorch ${machine.pytorch}`,
    `Node ${machine.node}`,
    `load at start ${machine.loadAtStart.toFixed(1)}`,
  ]
    .filter(Boolean)
    .join(', ');
  const header = [
    'preset',
    'batch',
    'what',
    'in',
    'engine',
    'median ms',
    'p10 to p90',
    'CPU ms',
    'of PyTorch',
    'p10 to p90',
  ].concat(['peak GB', 'trace s', 'load s']);
  const lines = rows.map((row) => [
    row.preset,
    String(row.batch) + (row.accumulate > 1 ? ` in ${row.accumulate}` : ''),
    row.kind,
    row.precision,
    row.engine,
    milliseconds(row.medianSeconds),
    `${milliseconds(row.p10)} to ${milliseconds(row.p90)}`,
    milliseconds(row.cpuSeconds),
    row.ratioToPytorch?.toFixed(2) ?? '',
    row.ratioP10 === null ? '' : `${row.ratioP10.toFixed(2)} to ${row.ratioP90!.toFixed(2)}`,
    (row.peakMemoryBytes / 1e9).toFixed(2),
    row.traceSeconds?.toFixed(1) ?? '',
    row.loadSeconds.toFixed(1),
  ]);
  const reads = Object.entries(weightFiles).map(
    ([preset, { bytes, readSeconds }]) =>
      `${preset}: weights of ${(bytes / 1e9).toFixed(2)} GB, read plainly in ${readSeconds.toFixed(1)} s`,
  );
  const steps = rows.length > 0 ? [...align([header, ...lines]), '', ...reads, ''] : [];
  return [
    head,
    '',
    ...steps,
    ...(data ? dataTables(data) : []),
    ...svmTable(svm),
    ...(health ? healthTable(health) : []),
    ...trainingTable(training),
    ...scaleTable(scale),
  ].join('\n');
}

/** Text in columns: the first five left-aligned, figures right-aligned. */
function align(rows: readonly string[][]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row
      .map((text, i) => (i < 5 ? text.padEnd(widths[i]) : text.padStart(widths[i])))
      .join('  ')
      .trimEnd(),
  );
}

function milliseconds(seconds: number): string {
  const value = seconds * 1000;
  return value.toFixed(value < 100 ? 1 : 0);
}
