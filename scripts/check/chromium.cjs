const fs = require('node:fs');

/** The first Chromium found where a distribution puts it, or where the variable CHROMIUM says; null where there is none. */
exports.findChromium = function findChromium() {
  const places = [
    process.env.CHROMIUM,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ];
  return places.find((path) => path !== undefined && fs.existsSync(path)) ?? null;
};
