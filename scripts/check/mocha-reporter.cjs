const fs = require('node:fs');
const path = require('node:path');
const Mocha = require('mocha');

const slowestFiles = 20;

/** Mocha's usual output and the slowest files; counts and failures go to the file that XKD_MOCHA_COUNTS names. */
module.exports = class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const failures = [];
    runner.on('fail', (test, error) => {
      const [message] = String(error?.message ?? error).split('\n');
      failures.push(`${test.fullTitle()}: ${message}`);
      // Printed at once, as a whole run takes long; the rest is printed at the end.
      console.log(`      ${message}`);
    });
    const seconds = new Map();
    let startMs = performance.now();
    runner.on('suite', (suite) => {
      if (suite.parent?.root) startMs = performance.now();
    });
    runner.on('suite end', (suite) => {
      if (!suite.parent?.root) return;
      const name = path.relative(process.cwd(), suite.file);
      seconds.set(name, (seconds.get(name) ?? 0) + (performance.now() - startMs) / 1000);
    });
    runner.once('end', () => {
      const slowest = [...seconds].sort(([, a], [, b]) => b - a).slice(0, slowestFiles);
      console.log('  Files that took longest:');
      for (const [name, each] of slowest) console.log(`    ${each.toFixed(0).padStart(4)} s  ${name}`);
      const { passes, failures: failed, pending } = runner.stats;
      const counts = { passed: passes, failed, skipped: pending, failures };
      fs.writeFileSync(process.env.XKD_MOCHA_COUNTS, JSON.stringify(counts));
    });
  }
};
