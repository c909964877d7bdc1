/// <reference lib="dom" />
import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { closeLab, JupyterLab, openLab, patienceMs } from './jupyterLab';
import { notebookOf } from './notebookOf';

const cells = [
  `import { configure, tf } from 'xkd';
import { DataFrame } from 'danfojs-node';
new DataFrame(Object.fromEntries(Array.from({ length: 18 }, (_, c) => ['a long column ' + c, [c, c / 3]])));`,
  `configure('nano', { 'mask.video': 0.5 });`,
  `tf.tensor([[1, 2], [3, 4]]);`,
  `import {  } from 'xkd';`,
  `configure('nano', );`,
];

for (const dark of [false, true]) {
  describe(`values and completion in JupyterLab, ${dark ? 'dark' : 'light'}`, function () {
    this.timeout(600_000);
    let lab: JupyterLab;
    let browser: Browser;
    let page: Page;

    before(async function () {
      ({ lab, browser, page } = await openLab(this, { made: { 'values.ipynb': notebookOf(cells) }, dark }));
      await lab.open(page, 'values.ipynb');
      for (const index of [0, 1, 2]) await lab.runCell(page, index);
    });

    after(() => closeLab(lab, browser));

    it('shows tables that can be read, the wide one with a bar of its own', async () => {
      await page.locator('caption', { hasText: 'Configuration: preset nano' }).waitFor();
      await page.locator('.jp-OutputArea-output pre', { hasText: 'Tensor, float32, shape [2, 2]' }).waitFor();
      const contrasts = await page
        .locator('.jp-OutputArea-output :is(th, td, caption, p)')
        .evaluateAll(contrastsOf);
      assert.ok(contrasts.length > 50);
      assert.ok(Math.min(...contrasts) >= 4.5, `contrast ${Math.min(...contrasts)}`);
      const wide = page.locator('div:has(> table)').first();
      const [inner, outer] = await wide.evaluate((box) => [box.scrollWidth, box.clientWidth]);
      assert.ok(inner > outer, `${inner} px in ${outer}`);
    });

    // Colours do not matter here.
    if (dark) return;

    it('offers the exports of xkd inside the braces, and the signature inside parentheses', async () => {
      await putCursor(3, 9);
      const offered = await complete();
      assert.ok(offered.includes('ablationCurvesFigure'), offered.join());
      for (const name of ['Array', 'console', 'fetch']) assert.ok(!offered.includes(name), name);
      await page.keyboard.type('configur');
      await page.locator('.jp-Completer-item', { hasText: 'configure' }).first().waitFor();
      await page.keyboard.press('Enter');
      await page.locator('.jp-Cell', { hasText: "import { configure } from 'xkd';" }).waitFor();
      await putCursor(4, 18);
      await page.keyboard.press('Shift+Tab');
      const tooltip = page.locator('.jp-Tooltip');
      await tooltip.filter({ hasText: 'overrides?: NamedOverrides' }).waitFor();
      assert.match((await tooltip.textContent())!, /The configuration of a preset with some keys changed/);
    });

    /** Completions offered at the cursor. Asks again if the kernel was too slow for JupyterLab. */
    async function complete(): Promise<string[]> {
      const items = page.locator('.jp-Completer-item');
      for (const end = Date.now() + patienceMs; ; await page.keyboard.press('Escape')) {
        await page.keyboard.press('Tab');
        await items.first().waitFor();
        const names = await items.locator('.jp-Completer-match').allTextContents();
        // In addition to the kernel's completions, JupyterLab offers the words of the cell.
        if (names.some((name) => !cells[3].includes(name)) || Date.now() > end) return names;
      }
    }

    /** Puts the cursor this many letters after the start of a cell's only line. */
    async function putCursor(cell: number, letters: number): Promise<void> {
      await page.locator('.jp-Notebook-cell .cm-content').nth(cell).click();
      await page.keyboard.press('Home');
      for (let i = 0; i < letters; i++) await page.keyboard.press('ArrowRight');
    }
  });
}

/** Contrast between texts and their background, as defined by WCAG 2. */
function contrastsOf(elements: (HTMLElement | SVGElement)[]): number[] {
  const channels = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (colour: string) =>
    channels(colour)
      .slice(0, 3)
      .map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
      .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
  return elements
    .filter((element) => element.textContent !== '')
    .map((element) => {
      let behind: Element | null = element;
      while (behind && channels(getComputedStyle(behind).backgroundColor)[3] === 0)
        behind = behind.parentElement;
      const [low, high] = [
        getComputedStyle(element).color,
        getComputedStyle(behind ?? document.body).backgroundColor,
      ]
        .map(luminance)
        .sort((a, b) => a - b);
      return (high + 0.05) / (low + 0.05);
    });
}
