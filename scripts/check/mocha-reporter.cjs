const fs = require('node:fs');
const Mocha = require('mocha');

/** Mocha's ordinary output, and the counts in the file that XKD_MOCHA_COUNTS names. */
module.exports = class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const { passes, failures, pending } = runner.stats;
      const counts = { passed: passes, failed: failures, skipped: pending };
      fs.writeFileSync(process.env.XKD_MOCHA_COUNTS, JSON.stringify(counts));
    });
  }
};
