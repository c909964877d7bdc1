import { SingleBar } from 'cli-progress';

/** Figures shown after the bar, such as losses. */
export type ProgressFigures = Readonly<Record<string, number | string>>;

export interface ProgressOptions {
  /** The activity, such as `pretrain`. */
  readonly label: string;
  readonly total: number;
  /** The unit that is counted, in the plural, such as `steps`. */
  readonly unit: string;
  /** Starting point of a resumed job. The rate counts only what is done from here on. */
  readonly from?: number;
  /** Default: stderr, so that stdout remains free for results. */
  readonly stream?: NodeJS.WriteStream;
  /** Interval between lines if there is no terminal. */
  readonly plainSeconds?: number;
}

/**
 * A progress bar with rate, remaining time and figures. If stderr is not a terminal, a plain line without control
 * characters is written every few seconds instead.
 */
export class Progress {
  private readonly stream: NodeJS.WriteStream;
  private readonly bar: SingleBar | null;
  private readonly startMs = performance.now();
  private lastLineMs = this.startMs;
  private done: number;
  /** True if the newest state has been written. */
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

  /** @param done total amount done; figures that are not given keep their values */
  update(done: number, figures: ProgressFigures = {}): void {
    this.done = done;
    this.figures = { ...this.figures, ...figures };
    this.told = false;
    if (this.bar) this.bar.update(done);
    else if (performance.now() - this.lastLineMs >= (this.options.plainSeconds ?? 5) * 1000)
      this.writePlain();
  }

  /** Writes a separate line above the bar. */
  note(text: string): void {
    if (this.bar) {
      this.stream.clearLine(0);
      this.stream.cursorTo(0);
    }
    this.stream.write(`${text}\n`);
    this.bar?.updateETA();
    this.bar?.update(this.done);
  }

  /** Keeps the last state on the screen and releases the terminal. Can be called twice. */
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

/** A bar of fixed width, filled to a share. */
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

/** A figure with four significant digits. */
export function short(value: number | string): string {
  if (typeof value === 'string') return value;
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}
