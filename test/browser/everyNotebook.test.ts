import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { projectPath } from 'xkd';
import { loadScript } from '../setup/support';
import { checkDrawn } from './drawnOutputs';
import { chromiumFor, JupyterLab, launchBrowser, openPage } from './jupyterLab';
import { follow, readCells, restartAndRunAll, shutDown, troublesOf, waitForEnd } from './notebookRun';
import { Panel } from './panel';

const course = readdirSync(projectPath('notebooks'))
  .filter((name) => name.endsWith('.ipynb'))
  .sort()
  .map((name) => projectPath('notebooks', name));
const [, , second, third] = course;

/**
 * JupyterLab waits 2 s for a widget's model, and logs this on a busy machine if it comes later. The view is then created
 * again.
 */
const lateModel = /^Error: widget model not found\n/;

/** `npm test` runs this apart from the other tests, because it takes longest. */
describe('every notebook in JupyterLab, Restart and Run All', function () {
  this.timeout(3_600_000);
  let browser: Browser;
  let lab: JupyterLab | undefined;
  let pages: Page[];
  let page: Page;
  /** Messages on the consoles of the pages. */
  let complaints: string[];

  before(async function () {
    browser = await launchBrowser(chromiumFor(this));
  });

  after(async () => browser?.close());

  beforeEach(async () => {
    [pages, complaints] = [[], []];
    page = await openWatched();
  });

  afterEach(async function () {
    for (const [i, each] of pages.entries()) {
      const picture = projectPath(`test/dist/browser/notebookFailed${i}.png`); // for inspection
      if (this.currentTest?.state === 'failed') await each.screenshot({ path: picture });
      // Kernels of earlier notebooks would take memory and time from the next one.
      await shutDown(each);
      await each.close();
    }
  });

  describe('in the short mode', () => {
    const endless = '03_endless.ipynb';

    before(async () => {
      const made = { [endless]: await withoutEnd(third) };
      lab = await JupyterLab.start(course, { made, environment: { XKD_FAST: '1' } });
    });
    after(async () => lab?.stop());

    for (const path of course) {
      const name = basename(path, '.ipynb');
      it(`${name} runs to its end`, async () => {
        await lab!.open(page, path);
        await restartAndRunAll(page);
        await checkEnd(page, name);
      });
    }

    it('02 runs to its end beside 03, which trains meanwhile and then runs to its own', async () => {
      const beside = await openWatched();
      const training = await train(beside, endless);
      await lab!.open(page, second);
      await restartAndRunAll(page);
      await checkEnd(page, '02 beside 03');
      await training.stepAbove(await training.step());
      await training.button('Stop').click();
      await checkEnd(beside, '03 beside 02');
    });

    it('03 trains on when its page is loaded again, which shows everything at the end', async () => {
      const training = await train(page, endless);
      const reached = await training.step();
      await page.reload();
      await lab!.ready(page, ['busy', 'idle']);
      await follow(page, 'loaded again', () => training.isBehind(reached));
      await training.button('Stop').click();
      await checkEnd(page, '03, loaded again');
    });
  });

  describe('in full', () => {
    before(async () => {
      lab = await JupyterLab.start([third], { environment: { XKD_FAST: '0' } });
    });
    after(async () => lab?.stop());

    it('03 runs to its end', async () => {
      await lab!.open(page, third);
      await restartAndRunAll(page);
      await checkEnd(page, '03 in full');
    });
  });

  async function openWatched(): Promise<Page> {
    const opened = await openPage(browser);
    pages.push(opened);
    opened.on('pageerror', (error) => complaints.push(error.message));
    opened.on('console', (message) => {
      if (message.type() === 'error') complaints.push(`${message.text()} (${message.location().url})`);
    });
    return opened;
  }

  /** Runs a notebook up to its training. */
  async function train(shown: Page, path: string): Promise<Panel> {
    await lab!.open(shown, path);
    await restartAndRunAll(shown);
    const panel = new Panel(shown);
    await follow(shown, 'up to the training', () => panel.isBehind(2));
    return panel;
  }

  /** Waits for the end of a run. All cells must have run in order without an error, and everything must be drawn. */
  async function checkEnd(shown: Page, title: string): Promise<void> {
    await waitForEnd(shown, title);
    const cells = await readCells(shown);
    assert.deepEqual(troublesOf(cells), []);
    const { figures } = await checkDrawn(shown, cells);
    assert.ok(figures > 0);
    // A lasting failure would show in the page.
    assert.equal(await shown.locator('text=model not found').count(), 0);
    assert.deepEqual(
      complaints.filter((text) => !lateModel.test(text)),
      [],
    );
  }
});

interface Notebook {
  readonly cells: readonly object[];
}

/** A notebook that trains until it is stopped, so that no machine is too fast. */
async function withoutEnd(path: string): Promise<Notebook> {
  const { withParameters } = await loadScript<{
    withParameters(notebook: Notebook, given: Map<string, unknown>): Notebook;
  }>('notebooks/parameters.mjs');
  const notebook = JSON.parse(readFileSync(path, 'utf8')) as Notebook;
  return withParameters(notebook, new Map([['steps', 100_000]]));
}
