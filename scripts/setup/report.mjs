const barCells = 20;
const titleWidth = 26;
/** Minimum interval between lines if the cursor cannot be moved (a log file) [s]. */
const quietSeconds = 15;

/**
 * One line per step on stderr: its activity, a progress bar, the time. On a terminal the line is redrawn in place.
 * `update(share, detail)` moves the bar (share 0 to 1, or undefined while unknown); after `expect(seconds)` it moves by
 * itself, based on the time that such work usually takes.
 */
export class StepLine {
  constructor(title, stream = process.stderr) {
    this.title = title;
    this.stream = stream;
    this.startedAt = performance.now();
    this.share = 0;
    this.detail = '';
    this.expected = undefined;
    this.lastLineAt = -Infinity;
    this.draw();
    this.timer = setInterval(() => this.draw(), stream.isTTY ? 200 : 1000);
    this.timer.unref();
  }

  update(share, detail = this.detail) {
    // The bar never moves backwards.
    if (share !== undefined) this.share = Math.max(this.share, Math.min(1, share));
    this.detail = detail;
  }

  expect(seconds, detail = this.detail) {
    this.detail = detail;
    this.expected = { seconds, from: this.share, startedAt: performance.now() };
  }

  done(detail) {
    clearInterval(this.timer);
    this.share = 1;
    this.write(`${this.text()}  ${detail ?? this.detail}`, true);
  }

  failed() {
    clearInterval(this.timer);
    this.write(`${this.title.padEnd(titleWidth)} failed after ${this.seconds()}`, true);
  }

  draw() {
    if (this.expected) {
      const { seconds, from, startedAt } = this.expected;
      const passed = (performance.now() - startedAt) / 1000 / seconds;
      // Fast at first, and never at the end before the work is.
      this.update(from + (1 - from) * 0.98 * (1 - Math.exp(-2 * passed)));
    }
    if (this.stream.isTTY) this.write(`${this.text()}  ${this.detail}`, false);
    else if (performance.now() - this.lastLineAt > quietSeconds * 1000)
      this.write(`${this.text()}  ${this.detail}`, true);
  }

  write(text, end) {
    this.lastLineAt = performance.now();
    const line = text.trimEnd();
    if (!this.stream.isTTY) this.stream.write(`${line}\n`);
    else this.stream.write(`\r\x1b[K${line.slice(0, (this.stream.columns ?? 100) - 1)}${end ? '\n' : ''}`);
  }

  text() {
    const full = Math.round(this.share * barCells);
    const bar = '█'.repeat(full) + '░'.repeat(barCells - full);
    const percent = `${Math.floor(this.share * 100)}`.padStart(3);
    return `${this.title.padEnd(titleWidth)} ${bar} ${percent} %  ${this.seconds().padStart(6)}`;
  }

  seconds() {
    const seconds = (performance.now() - this.startedAt) / 1000;
    return seconds < 60
      ? `${seconds.toFixed(1)} s`
      : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  }
}
