const fs = require('node:fs');

/**
 * The first Chromium found where distributions install it, or at the path in the variable CHROMIUM; null if there is
 * none.
 */
exports.findChromium = function findChromium() {
  const places = [
    process.env.CHROMIUM,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ];
  return places.find((path) => path !== undefined && fs.existsSync(path)) ?? null;
};
