import { SingleBar } from 'cli-progress';

/** Figures shown after the bar, such as losses. */
export type ProgressFigures = Readonly<Record<string, number | string>>;

export interface ProgressOptions {
  /** What is done, such as `pretrain`. */
  readonly label: string;
  readonly total: number;
  /** What is counted, in the plural, such as `steps`. */
  readonly unit: string;
  /** Where a resumed job starts; the rate counts only what is done from here. */
  readonly from?: number;
  /** Default: stderr, so that stdout stays free for results. */
  readonly stream?: NodeJS.WriteStream;
  /** Time between lines where there is no terminal. */
  readonly plainSeconds?: number;
}

/**
 * A progress bar with rate, time left and figures. Where stderr is no terminal it writes a plain line every
 * few seconds instead, without control characters.
 */
export class Progress {
  private readonly stream: NodeJS.WriteStream;
  private readonly bar: SingleBar | null;
  private readonly startMs = performance.now();
  private lastLineMs = this.startMs;
  private done: number;
  /** Whether a line tells of the newest state. */
  private told = false;
  private figures: ProgressFigures = {};

  constructor(private readonly options: ProgressOptions) {
    this.stream = options.stream ?? process.stderr;
    this.done = options.from ?? 0;
    this.bar = this.stream.isTTY
      ? new SingleBar({
          format: () => this.line(),
          stream: this.stream,
          gracefulExit: false,
        })
      : null;
    this.bar?.start(options.total, this.done);
  }

  /** @param done how much is done in all; figures that are not given again stay as they were */
  update(done: number, figures: ProgressFigures = {}): void {
    this.done = done;
    this.figures = { ...this.figures, ...figures };
    this.told = false;
    if (this.bar) this.bar.update(done);
    else if (performance.now() - this.lastLineMs >= (this.options.plainSeconds ?? 5) * 1000)
      this.writePlain();
  }

  /** Writes a line of its own above the bar. */
  note(text: string): void {
    if (this.bar) {
      this.stream.clearLine(0);
      this.stream.cursorTo(0);
    }
    this.stream.write(`${text}\n`);
    this.bar?.updateETA();
    this.bar?.update(this.done);
  }

  /** Leaves the last state standing and gives the terminal back. Harmless when called twice. */
  stop(): void {
    if (this.bar?.isActive) this.bar.stop();
    else if (!this.bar && !this.told) this.writePlain();
  }

  private writePlain(): void {
    this.told = true;
    this.lastLineMs = performance.now();
    this.stream.write(`${this.line()}\n`);
  }

  private line(): string {
    const { label, total, unit, from = 0 } = this.options;
    const seconds = (performance.now() - this.startMs) / 1000;
    const rate = (this.done - from) / Math.max(seconds, 1e-3);
    const time =
      this.done >= total ? `${clock(seconds)}` : rate > 0 ? `${clock((total - this.done) / rate)} left` : '';
    const figures = Object.entries(this.figures).map(([name, value]) => `${name} ${short(value)}`);
    const parts = [`${this.done}/${total} ${unit}`, rate > 0 ? `${short(rate)}/s` : '', time, ...figures];
    const bar = this.bar ? ` ${gauge(total > 0 ? this.done / total : 1)}` : '';
    return `${label}${bar} ${parts.filter(Boolean).join('  ')}`;
  }
}

/** A bar of so many cells, filled by a share. */
export function gauge(share: number): string {
  const cells = 24;
  const full = Math.round(Math.min(Math.max(share, 0), 1) * cells);
  return '█'.repeat(full) + '░'.repeat(cells - full);
}

/** Seconds as `1:02:03`. */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

/** A figure in four significant digits. */
export function short(value: number | string): string {
  if (typeof value === 'string') return value;
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}
