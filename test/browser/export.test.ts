/// <reference lib="dom" />
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectPath } from 'xkd';
import { chromiumFor, launchBrowser, patienceMs } from './jupyterLab';

describe('notebooks as HTML pages', function () {
  this.timeout(900_000);
  let folder: string;
  let chromium: string;

  before(function () {
    chromium = chromiumFor(this);
  });

  after(() => {
    if (folder) rmSync(folder, { recursive: true });
  });

  /** Exports notebooks (the whole course if none is named) as pages, with their present outputs. */
  function exportPages(...notebooks: string[]): void {
    folder ??= mkdtempSync(join(tmpdir(), 'xkd-pages-'));
    const command = [projectPath('scripts/notebooks.mjs'), '--export-only', '--out', folder];
    execFileSync(process.execPath, [...command, ...notebooks]);
  }

  it('are led to by an index and interactive without a network: figures, equations, player', async () => {
    exportPages(projectPath('notebooks/00_start_here.ipynb'));
    const browser = await launchBrowser(chromium);
    try {
      const context = await browser.newContext({ offline: true, viewport: { width: 1100, height: 900 } });
      const page = await context.newPage();
      page.setDefaultTimeout(patienceMs);
      const troubles: string[] = [];
      page.on('pageerror', (error) => troubles.push(error.message));
      page.on('requestfailed', (request) => troubles.push(request.url().slice(0, 100)));
      await page.goto(`file://${join(folder, 'index.html')}`);
      await page.getByText('Can a network learn from that agreement alone').waitFor();
      await page.getByText(/Run time: About 10 seconds on 2 cores/).waitFor();
      await page.getByRole('link', { name: /Start here/ }).click();
      assert.equal(await page.title(), 'Start here: learning to see by listening');
      await page.waitForFunction(() => document.querySelectorAll('.js-plotly-plot svg.main-svg').length > 3);
      await page.waitForFunction(() => (document.querySelector('video')?.duration ?? 0) > 1);
      const shown = page.locator('#figure-0');
      assert.equal(await shown.getAttribute('role'), 'figure');
      assert.match(
        (await shown.getAttribute('aria-label'))!,
        /^Diagram of XKD: video and sound each have a teacher/,
      );
      assert.ok((await page.$$('.katex-html')).length > 10);
      assert.equal(await page.getByText('$$').count(), 0);
      await page.locator('#figure-1').scrollIntoViewIfNeeded();
      await page.locator('#figure-1 .nsewdrag[data-subplot="xy"]').hover();
      await page.waitForSelector('#figure-1 .hoverlayer .hovertext');
      await page.getByRole('link', { name: 'all notebooks' }).click();
      await page.getByRole('link', { name: /Start here/ }).waitFor();
      assert.deepEqual(troubles, []);
    } finally {
      await browser.close();
    }
  });

  it('show every equation of every notebook drawn, and none as its source', async () => {
    exportPages();
    const pages = readdirSync(folder).filter((name) => /^\d.*\.html$/.test(name));
    assert.equal(pages.length, 9);
    assert.deepEqual(readdirSync(join(folder, 'assets')).sort(), [
      'equations.css',
      'figures.js',
      'fonts',
      'plotly.min.js',
    ]);
    const browser = await launchBrowser(chromium);
    try {
      const page = await browser.newPage();
      page.setDefaultTimeout(patienceMs);
      for (const name of pages) {
        assert.ok(
          !readFileSync(join(folder, name), 'utf8').includes('plotly.js v'),
          `${name} has its own Plotly`,
        );
        await page.goto(`file://${join(folder, name)}`);
        await page.evaluate(() => document.fonts.ready);
        const { equations, font, sources } = await page.evaluate(() => {
          const equations = document.querySelectorAll('.katex-html').length;
          const font = document.fonts.check('16px KaTeX_Math') && document.fonts.check('16px KaTeX_Main');
          document.querySelectorAll('pre, code, script, style').forEach((other) => other.remove());
          const source = /.{0,30}(\$|\\[A-Za-z]+|[_^]\{|xkdEquation).{0,30}/g;
          return { equations, font, sources: document.body.innerText.match(source) ?? [] };
        });
        assert.deepEqual(sources, [], name);
        assert.ok(font && equations >= 10, `${equations} equations in ${name}`);
      }
    } finally {
      await browser.close();
    }
  });
});
