const fs = require('node:fs');
const Mocha = require('mocha');

/** Mocha's ordinary output, and the counts and what failed in the file that XKD_MOCHA_COUNTS names. */
module.exports = class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const failures = [];
    runner.on('fail', (test, error) => {
      const [message] = String(error?.message ?? error).split('\n');
      failures.push(`${test.fullTitle()}: ${message}`);
      // At once, as a whole run takes long; the rest is told at its end.
      console.log(`      ${message}`);
    });
    runner.once('end', () => {
      const { passes, failures: failed, pending } = runner.stats;
      const counts = { passed: passes, failed, skipped: pending, failures };
      fs.writeFileSync(process.env.XKD_MOCHA_COUNTS, JSON.stringify(counts));
    });
  }
};
