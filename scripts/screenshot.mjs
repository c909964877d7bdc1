/*
 * Views a notebook as a user does: opens a copy in JupyterLab, runs it on request, and takes a screenshot of each
 * window-high section.
 *
 *   node scripts/screenshot.mjs NOTEBOOK OUT_DIR [--run] [--dark] [--width PX]
 */
import { existsSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { findChromium } from './check/chromium.cjs';

const built = new URL('../test/dist/browser/jupyterLab.js', import.meta.url);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    run: { type: 'boolean' },
    dark: { type: 'boolean' },
    width: { type: 'string', default: '1200' },
  },
});
const [notebook, folder] = positionals;
if (!folder || !existsSync(built)) {
  console.error(
    folder
      ? 'The tests are not built: run "npx tsc -p test/tsconfig.json" first.'
      : 'Usage: node scripts/screenshot.mjs NOTEBOOK OUT_DIR [--run] [--dark] [--width PX]',
  );
  process.exit(1);
}

const { JupyterLab, launchBrowser } = (await import(built.href)).default;
const chromium = findChromium();
if (!chromium) {
  console.error('There is no Chromium: install one, or set CHROMIUM to its path.');
  process.exit(1);
}
mkdirSync(folder, { recursive: true });
const lab = await JupyterLab.start([notebook], { dark: values.dark });
const browser = await launchBrowser(chromium);
try {
  const page = await browser.newPage({ viewport: { width: Number(values.width), height: 1000 } });
  await lab.open(page, notebook);
  if (values.run) await lab.runAll(page, 1200);
  const name = basename(notebook, '.ipynb');
  await lab.eachScreen(page, async (number) => {
    const path = join(folder, `${name}-${String(number).padStart(2, '0')}.png`);
    await page.screenshot({ path });
    console.log(path);
  });
} finally {
  await browser.close();
  await lab.stop();
}
