const heading = 'Not passed:';
const figures = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/;

/** Numbers of passed, failed and skipped items, and the titles of the failed ones. */
export class Counts {
  passed = 0;
  failed = 0;
  skipped = 0;
  failures = [];

  /** The counts of a single item. */
  static one(ok, title) {
    return Object.assign(new Counts(), ok ? { passed: 1 } : { failed: 1, failures: [title] });
  }

  /** The same counts, with failures prefixed by a title. */
  within(title) {
    const failures = this.failures.map((what) => `${title}: ${what}`);
    return Object.assign(new Counts(), this, { failures });
  }

  add({ passed, failed, skipped, failures }) {
    this.passed += passed;
    this.failed += failed;
    this.skipped += skipped;
    this.failures.push(...failures);
  }

  /** The last lines of `npm test`, from which another program reads the result. */
  get lines() {
    const listed = this.failures.length > 0 ? ['', heading, ...this.failures.map((what) => `- ${what}`)] : [];
    const skipped = this.skipped > 0 ? `, ${this.skipped} skipped` : '';
    return [...listed, '', `${this.passed} passed, ${this.failed} failed${skipped}`];
  }
}

/** Reads these lines from the output of `npm test`. */
export class CountsReader {
  /** Null until the last line has been read. */
  counts = null;
  #failures = [];

  /** Returns true if the line was the last. */
  read(line) {
    if (line === heading) this.#failures = [];
    else if (line.startsWith('- ')) this.#failures.push(line.slice(2));
    const found = figures.exec(line);
    if (!found) return false;
    const [passed, failed, skipped] = found.slice(1).map((figure) => Number(figure ?? 0));
    this.counts = Object.assign(new Counts(), { passed, failed, skipped, failures: this.#failures });
    return true;
  }
}
