/// <reference lib="dom" />
import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { closeLab, type JupyterLab, openLab } from './jupyterLab';
import { notebookOf } from './notebookOf';

const manyLines = `for (let i = 0; i < 100_000; i++) console.log(\`line \${i} \`.padEnd(79, '.'));`;
const flood = `for (let i = 0; ; i++) {
  console.log('line', i, 'of a loop without an end');
  if (i % 1000 === 0) await new Promise((done) => setTimeout(done, 1));
}`;

describe('a page below cells that print very much', function () {
  this.timeout(600_000);
  let lab: JupyterLab;
  let browser: Browser;
  let page: Page;

  before(async function () {
    const made = {
      'lines.ipynb': notebookOf([manyLines]),
      'flood.ipynb': notebookOf([flood, "console.log('next');"]),
    };
    ({ lab, browser, page } = await openLab(this, { made, environment: { XKD_CELL_TEXT_MB: '10' } }));
  });

  after(() => closeLab(lab, browser));

  it('shows 100 000 lines, 8 MB at once, whole and in order', async () => {
    await lab.open(page, 'lines.ipynb');
    await lab.runCell(page, 0);
    await page.waitForFunction(
      () => document.querySelector('.jp-OutputArea-output')?.textContent?.trimEnd().endsWith('line 99999 '.padEnd(79, '.')), // prettier-ignore
    );
    const wrong = await page.evaluate(() => {
      const outputs = document.querySelectorAll('.jp-OutputArea-output');
      const lines = outputs[0].textContent!.trimEnd().split('\n');
      const first = lines.findIndex((line, i) => line !== `line ${i} `.padEnd(79, '.'));
      return { outputs: outputs.length, lines: lines.length, first };
    });
    assert.deepEqual(wrong, { outputs: 1, lines: 100_000, first: -1 });
  });

  it('can be used while a cell prints without end, and ends it', async () => {
    await lab.open(page, 'flood.ipynb');
    const run = lab.runCell(page, 0);
    await page.locator('.jp-OutputArea-output', { hasText: 'line 20000 of' }).waitFor();
    await page.locator('.lm-MenuBar-item', { hasText: 'Help' }).click();
    await page.locator('.lm-Menu-item', { hasText: 'About' }).first().waitFor();
    await page.keyboard.press('Escape');
    await page
      .locator('.jp-OutputArea-output', { hasText: /MB\) left out: more than a page can hold/ })
      .waitFor();
    await page.locator('[data-command="notebook:interrupt-kernel"]').first().click();
    await run;
    await page.locator('.jp-OutputArea-output', { hasText: 'The cell was interrupted' }).waitFor();
    await lab.runCell(page, 1);
    const next = page.locator('.jp-Cell').nth(1).locator('.jp-OutputArea-output');
    await next.filter({ hasText: 'next' }).first().waitFor();
    // Before Node 24 the kernel cannot tell whose code prints, and an interrupted loop goes on.
    if (Number(process.versions.node.split('.')[0]) < 24) return;
    assert.equal((await next.allTextContents()).join(), 'next\n');
  });
});
