import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors';
import { writeFileAtomic } from './atomicWrite';
import { formatCsvLine, parseCsv } from './csv';
import { fileError } from './fileError';
import { lookAt } from './folder';
import { readText } from './readText';

/** Metrics of one step; `step` orders the rows. Values that were not measured at a step are absent. */
export type MetricsRow = Readonly<Record<string, number>> & { readonly step: number };

/**
 * Appends metrics to a `.csv` or `.jsonl` file. Each row is one write of a whole line, so that a kill loses
 * at most the current row, and a reader may follow the file while it grows.
 */
export class MetricsWriter {
  private readonly file: number;
  private columns: readonly string[] | null;

  /**
   * @param path ends in `.csv` or `.jsonl`
   * @param afterStep when resuming: the last step to keep; later rows and an incomplete line are dropped.
   * Null: start over.
   * @param twin another file with the same rows, from which a missing file is restored
   * @param sparse columns that some rows lack; files started without them get them
   */
  constructor(
    readonly path: string,
    afterStep: number | null = null,
    twin = path,
    private readonly sparse: readonly string[] = [],
  ) {
    const there = [path, twin].find((each) => lookAt(each) !== null);
    const kept = afterStep !== null && there !== undefined ? readMetricsFile(there) : [];
    const rows = kept.filter(({ step }) => step <= (afterStep ?? -1));
    this.columns = rows.length > 0 ? this.columnsOf(rows[0]) : null;
    const lines = rows.map((row) => this.format(row));
    if (this.columns && this.isCsv) lines.unshift(formatCsvLine(this.columns));
    writeFileAtomic(path, lines.map((line) => `${line}\n`).join(''));
    this.file = this.attempt(() => openSync(path, 'a'));
  }

  /** Appends a row; the first row fixes the columns. */
  write(row: MetricsRow): void {
    let text = '';
    if (!this.columns) {
      this.columns = this.columnsOf(row);
      if (this.isCsv) text = `${formatCsvLine(this.columns)}\n`;
    }
    const odd = [...Object.keys(row), ...this.columns].find(
      (name) => (!(name in row) && !this.sparse.includes(name)) || !this.columns!.includes(name),
    );
    if (odd) throw new Error(`column "${odd}" is not in every row of ${this.path}`);
    text += `${this.format(row)}\n`;
    this.attempt(() => appendWhole(this.file, Buffer.from(text, 'utf8')));
  }

  /** Makes the rows written so far survive a power cut. */
  flush(): void {
    this.attempt(() => fsyncSync(this.file));
  }

  close(): void {
    closeSync(this.file);
  }

  private columnsOf(row: MetricsRow): string[] {
    return [...Object.keys(row).filter((name) => !this.sparse.includes(name)), ...this.sparse];
  }

  private get isCsv(): boolean {
    return this.path.endsWith('.csv');
  }

  private format(row: MetricsRow): string {
    const values = this.columns!.map((name) => row[name] ?? null);
    if (this.isCsv) return formatCsvLine(values);
    // JSON has no NaN, so such values are stored as text.
    return JSON.stringify(row, (_, value: unknown) =>
      Number.isFinite(value) || value === row ? value : String(value),
    );
  }

  private attempt<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw fileError(error, this.path, 'write');
    }
  }
}

/** Metrics files of a folder, both with all rows. */
export const metricsFiles = ['metrics.csv', 'metrics.jsonl'] as const;

/**
 * Opens both metrics files of a folder. If one was deleted, it is restored from the other.
 *
 * @param afterStep as of {@link MetricsWriter}
 * @param sparse as of {@link MetricsWriter}
 */
export function openMetricsFiles(
  folder: string,
  afterStep: number | null,
  sparse: readonly string[] = [],
): MetricsWriter[] {
  const [csv, lines] = metricsFiles.map((name) => join(folder, name));
  return [new MetricsWriter(csv, afterStep, lines, sparse), new MetricsWriter(lines, afterStep, csv, sparse)];
}

/**
 * Rows of a folder's metrics, from whichever of its files exists; null if neither does.
 *
 * @throws UserError if the file is not a metrics table
 */
export function readFolderMetrics(folder: string): MetricsRow[] | null {
  const path = metricsFiles.map((name) => join(folder, name)).find((each) => lookAt(each) !== null);
  return path === undefined ? null : readMetricsFile(path);
}

/**
 * Appends all bytes or none: a nearly full disk takes only part of them, and no incomplete line may remain.
 */
function appendWhole(file: number, bytes: Uint8Array): void {
  const { size } = fstatSync(file);
  try {
    for (let at = 0; at < bytes.byteLength;) at += writeSync(file, bytes, at);
  } catch (error) {
    ftruncateSync(file, size);
    throw error;
  }
}

/**
 * Rows of a metrics file; an incomplete last line is skipped.
 *
 * @throws UserError if the file is missing or is not a metrics table with a column `step`
 */
export function readMetricsFile(path: string): MetricsRow[] {
  const text = readText(path);
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return path.endsWith('.csv') ? checked(path, fromCsv(whole)) : parseMetricsLines(path, whole);
}

/** Rows of complete lines of a `.jsonl` file. @throws UserError as {@link readMetricsFile} */
export function parseMetricsLines(path: string, text: string): MetricsRow[] {
  return checked(path, fromJsonLines(text));
}

function checked(path: string, rows: MetricsRow[] | null): MetricsRow[] {
  if (!rows || rows.some((row) => !Number.isFinite(row.step))) {
    throw new UserError(
      `"${path}" is not a table of figures by step; move it away or choose another run folder.`,
    );
  }
  return rows;
}

function fromCsv(text: string): MetricsRow[] | null {
  try {
    const [header, ...lines] = parseCsv(text);
    if (lines.some((line) => line.length !== header.length)) return null;
    return lines.map((line) => {
      const cells = header.map((name, i) => [name, line[i]] as const).filter(([, cell]) => cell !== '');
      return Object.fromEntries(cells.map(([name, cell]) => [name, Number(cell)])) as unknown as MetricsRow;
    });
  } catch {
    return null;
  }
}

function fromJsonLines(text: string): MetricsRow[] | null {
  try {
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const row = JSON.parse(line) as Record<string, number | string>;
        return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value)]));
      }) as unknown as MetricsRow[];
  } catch {
    return null;
  }
}
