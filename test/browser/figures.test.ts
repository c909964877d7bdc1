/// <reference lib="dom" />
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { projectPath, type Figure } from 'xkd';
import { sampleFigures } from '../figures/sampleFigures';
import { chromiumFor, launchBrowser } from './jupyterLab';

const scripts = ['clipPanel.js', 'darkColours.js', 'fitFigure.js', 'drawFigure.js'];

/** Objects that our scripts add to the page. */
interface DrawingWindow {
  xkdDrawFigure(plot: Element, figure: Figure, options: { dark: boolean }): Promise<void>;
}

describe('figures in a browser', function () {
  this.timeout(600_000);
  let browser: Browser;

  before(async function () {
    browser = await launchBrowser(chromiumFor(this));
  });
  after(() => browser?.close());

  const pages = [
    [390, false],
    [1000, true],
  ] as const;
  for (const [width, dark] of pages) {
    it(`are whole and have their words, ${width} pixels wide, ${dark ? 'dark' : 'light'}`, async () => {
      const page = await browser.newPage({ viewport: { width, height: 900 } });
      const failures: string[] = [];
      page.on('pageerror', ({ message }) => failures.push(message));
      await page.setContent(`<body style="margin: 0; background: ${dark ? '#111' : '#fff'}"></body>`);
      await page.addScriptTag({ path: require.resolve('plotly.js-dist-min/plotly.min.js') });
      for (const name of scripts) {
        await page.addScriptTag({ path: projectPath('scripts', 'labextension', 'static', name) });
      }
      const figures = Object.entries(sampleFigures());
      for (const [name, figure] of figures) {
        await page.evaluate(
          async ([id, shown, isDark]) => {
            const output = document.body.appendChild(document.createElement('div'));
            const plot = output.appendChild(document.createElement('div'));
            plot.id = id;
            await (globalThis as unknown as DrawingWindow).xkdDrawFigure(plot, shown, { dark: isDark });
          },
          [name, figure, dark] as const,
        );
      }
      await page.waitForTimeout(500);
      const cut = await page.evaluate(() =>
        Array.from(document.querySelectorAll('.js-plotly-plot')).flatMap((plot) => {
          const own = plot.getBoundingClientRect();
          return Array.from(plot.querySelectorAll('text')).flatMap((text) => {
            const { left, right, top, bottom, width: size } = text.getBoundingClientRect();
            const isWhole =
              left >= -1 && right <= innerWidth + 1 && top >= own.top - 1 && bottom <= own.bottom + 1;
            return size === 0 || isWhole || text.closest('.modebar')
              ? []
              : [`${plot.id}: ${text.textContent}`];
          });
        }),
      );
      const words = await page.evaluate(() =>
        Array.from(document.querySelectorAll('.js-plotly-plot')).map((plot) => [
          plot.id,
          plot.getAttribute('role') ?? '',
          plot.getAttribute('aria-label') ?? '',
        ]),
      );
      await page.close();
      assert.deepEqual(cut, []);
      assert.deepEqual(failures, []);
      assert.equal(words.length, figures.length);
      for (const [i, [name, role, label]] of words.entries()) {
        assert.equal(role, 'figure', name);
        assert.ok(label.includes(figures[i][1].layout.meta.alt), name);
      }
    });
  }
});
