/// <reference lib="dom" />
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { closeLab, type JupyterLab, openLab, openPage, patienceMs } from './jupyterLab';
import { notebookOf } from './notebookOf';

const cells = [
  `for (let i = 0; i < 5; i++) {
  console.log('turn ' + i);
  await new Promise((done) => setTimeout(done, 200));
}`,
  `console.log('as it was');`,
  `await new Promise((done) => setTimeout(done, 3000));
console.log('ended unseen');`,
];

/** The parts of JupyterLab's page objects used here. */
interface LabWindow {
  readonly jupyterapp: {
    readonly shell: {
      readonly currentWidget: { readonly context: { readonly contentsModel: { readonly hash: string } } };
    };
  };
}

describe('two windows on one notebook', function () {
  this.timeout(300_000);
  let lab: JupyterLab;
  let browser: Browser;
  let first: Page;
  let second: Page;

  before(async function () {
    ({ lab, browser, page: first } = await openLab(this, { made: { 'shared.ipynb': notebookOf(cells) } }));
    await lab.open(first, 'shared.ipynb');
    second = await openPage(browser);
    await lab.open(second, 'shared.ipynb');
  });

  after(() => closeLab(lab, browser));

  const shows = (page: Page, text: string) =>
    page.locator('.jp-OutputArea-output', { hasText: text }).waitFor();
  const inFile = async (text: string) => {
    const end = Date.now() + patienceMs;
    while (!readFileSync(lab.file('shared.ipynb'), 'utf8').includes(text)) {
      assert.ok(Date.now() < end, `no ${text} in the file`);
      await new Promise((done) => setTimeout(done, 100));
    }
  };
  const save = async (page: Page) => {
    await inStep(page);
    const asked = page
      .locator('.jp-Dialog', { hasText: 'File Changed' })
      .waitFor()
      .then(() => assert.fail('a dialog'));
    await Promise.race([lab.command(page, 'docmanager:save'), asked]);
    void asked.catch(() => undefined);
  };
  /** Waits until a page has noticed the content of the file. */
  const inStep = async (page: Page) => {
    for (const end = Date.now() + patienceMs; ; await page.waitForTimeout(50)) {
      const known = await page.evaluate(
        () => (globalThis as unknown as LabWindow).jupyterapp.shell.currentWidget.context.contentsModel.hash,
      );
      const file = readFileSync(lab.file('shared.ipynb'));
      if (known === createHash('sha256').update(file).digest('hex')) return;
      assert.ok(Date.now() < end, 'the page does not know what is in the file');
    }
  };

  it('shows in one what the other runs, and saves it once, without being asked to', async () => {
    await lab.runCell(first, 0);
    await shows(second, 'turn 4');
    await second.locator('.jp-InputPrompt', { hasText: '[1]:' }).waitFor();
    await inFile('"turn 4\\n"');
  });

  it('takes up in one what the other has saved, without a dialog in either', async () => {
    await setSource(second, 1, `console.log('edited');`);
    await save(second);
    await first.locator('.jp-CodeCell .cm-content', { hasText: 'edited' }).waitFor();
    await lab.runCell(first, 1);
    await shows(second, 'edited');
    await inFile('"edited\\n"');
    await save(first);
    await save(second);
  });

  it('forgets what was run when the kernel is restarted, and goes on', async () => {
    await lab.restartKernel(second);
    await lab.ready(first);
    await setSource(second, 1, `console.log('anew');`);
    await lab.runCell(second, 1);
    await shows(first, 'anew');
    await shows(first, 'turn 4');
  });

  it('saves behind a lost connection what the kernel has written into the file meanwhile', async () => {
    await inFile('"anew\\n"');
    await first.close();
    const run = lab.runCell(second, 2);
    await second.locator('.jp-InputPrompt', { hasText: '[*]:' }).waitFor();
    await lab.disconnect(second);
    await inFile('"ended unseen\\n"');
    await lab.reconnect(second);
    await run;
    await shows(second, 'ended unseen');
    await save(second);
  });
});

/** Replaces the text of a cell. */
async function setSource(page: Page, index: number, source: string): Promise<void> {
  await page.locator('.jp-CodeCell').nth(index).locator('.cm-content').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(source);
}
