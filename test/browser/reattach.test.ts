/// <reference lib="dom" />
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { projectPath } from 'xkd';
import { closeLab, type JupyterLab, openLab, openPage, patienceMs } from './jupyterLab';
import { notebookOf } from './notebookOf';
import { Panel } from './panel';

const cells = [
  `import { configure, controlPanel, openPretraining, sampleSet, watchTraining, type StepMetrics } from 'xkd';
import { existsSync } from 'node:fs';
const sample = await sampleSet();
const config = configure('nano', { 'training.steps': 50_000, 'training.batch': 8 });
const run = await openPretraining({ config, data: sample.folder, out: null });
const history: StepMetrics[] = [];`,
  `controlPanel(run, { keys: ['optimiser.learningRate'] });
let lines = 0;
const printing = setInterval(() => {
  console.log('line ' + lines++);
  if (existsSync('stop')) run.control.stop();
}, 100);
await watchTraining(run, history, { title: 'watched' });
clearInterval(printing);
console.log('ended behind ' + lines);`,
  `console.log('next', history.length > 0);`,
];

interface SavedCell {
  readonly execution_count: number | null;
  readonly outputs: readonly {
    readonly output_type: string;
    readonly text?: readonly string[];
    readonly data?: object;
  }[];
}

/** The data that plotly.js keeps for a figure. */
interface DrawnPlot extends Element {
  readonly _fullData: readonly { readonly x?: ArrayLike<number> }[];
}

describe('a page that comes back to a running cell', function () {
  this.timeout(600_000);
  let lab: JupyterLab;
  let browser: Browser;
  let page: Page;

  before(async function () {
    const made = { 'watched.ipynb': notebookOf(cells) };
    ({ lab, browser, page } = await openLab(this, { made, environment: { XKD_FAST: '1' }, height: 1400 }));
    await lab.open(page, 'watched.ipynb');
    await lab.runCell(page, 0);
    await lab.command(page, 'notebook:move-cursor-down');
    void lab.command(page, 'notebook:run-all-below').catch(() => undefined); // the page is reloaded in the meantime
    await checkLive(page);
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') {
      for (const [i, shown] of browser
        .contexts()
        .flatMap((context) => context.pages())
        .entries()) {
        await shown.screenshot({ path: projectPath(`test/dist/browser/reattachFailed${i}.png`) });
      }
    }
  });

  after(() => closeLab(lab, browser));

  it('has the panel, the curves and all lines behind a reload, though nothing was saved', async () => {
    await page.reload();
    await lab.ready(page, ['busy', 'idle']);
    await checkLive(page);
    await page.screenshot({ path: projectPath('test/dist/browser/reattached.png') }); // for inspection
    const slider = page.locator('.widget-slider', { hasText: 'learning rate' });
    await slider.locator('.noUi-handle').focus();
    await page.keyboard.press('ArrowRight');
    await page.locator('.js-plotly-plot .annotation', { hasText: 'learning rate 0.0' }).waitFor();
    assert.deepEqual(await prompts(page), ['[1]:', '[*]:', '[*]:']);
  });

  it('has them when it was closed and is opened again', async () => {
    await page.close();
    page = await openPage(browser, 1400);
    await lab.open(page, 'watched.ipynb', ['busy', 'idle']);
    await checkLive(page);
  });

  it('has them in a second window, and when the connection was lost', async () => {
    const second = await openPage(browser, 1400);
    await lab.open(second, 'watched.ipynb', ['busy', 'idle']);
    await checkLive(second);
    const before = await lineCount(second);
    // While the other window is open, the server keeps no messages for this one.
    await lab.disconnect(second);
    await second.waitForTimeout(2000);
    await lab.reconnect(second);
    await checkLive(second, before + 10);
    await checkLive(page);
    await second.close();
  });

  it('has the end in the file when nobody was there', async () => {
    await page.close();
    writeFileSync(lab.file('stop'), '');
    const end = Date.now() + patienceMs;
    const saved = () =>
      (JSON.parse(readFileSync(lab.file('watched.ipynb'), 'utf8')) as { cells: SavedCell[] }).cells;
    while (saved()[2].execution_count === null) {
      assert.ok(Date.now() < end, 'nothing was written');
      await new Promise((done) => setTimeout(done, 200));
    }
    const text = textOf(saved()[1]);
    assert.match(text, /ended behind \d+\n$/);
    checkLines(text.replace(/ended.*\n/, ''));
    assert.equal(textOf(saved()[2]), 'next true\n');
    page = await openPage(browser, 1400);
    await lab.open(page, 'watched.ipynb');
    await page.locator('.jp-OutputArea-output', { hasText: 'next true' }).waitFor();
    await new Panel(page).says('stopped');
    assert.deepEqual(await prompts(page), ['[1]:', '[2]:', '[3]:']);
    await page.screenshot({ path: projectPath('test/dist/browser/reattachedEnd.png') });
    assert.equal(await page.locator('.jp-Dialog').count(), 0);
  });

  /** The panel is there, the curves and the lines are complete from the first one on, and all continue. */
  async function checkLive(shown: Page, aboveLine = 0): Promise<void> {
    const panel = new Panel(shown);
    await panel.says('training');
    const from = await panel.step();
    await panel.stepAbove(from);
    const curve = () =>
      shown.evaluate(() => {
        const [trace] = (document.querySelector('.js-plotly-plot') as DrawnPlot | null)?._fullData ?? [];
        return Array.from(trace?.x ?? []);
      });
    await until(shown, async () => ((await curve()).at(-1) ?? 0) >= from);
    // The curve starts at the first step. If there are many steps, every k-th and the newest are drawn.
    const x = (await curve()).slice(0, -1);
    assert.deepEqual(
      x,
      x.map((_, i) => i * x[1]),
    );
    await until(shown, async () => (await lineCount(shown)) > aboveLine);
    const lines = await lineCount(shown);
    await until(shown, async () => (await lineCount(shown)) > lines);
    assert.equal(await shown.locator('text=model not found').count(), 0);
  }

  async function until(shown: Page, holds: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + patienceMs; !(await holds()); await shown.waitForTimeout(100)) {
      assert.ok(Date.now() < end, holds.toString());
    }
  }
});

/** Number of lines that the running cell has printed. None may be missing or doubled. */
async function lineCount(page: Page): Promise<number> {
  const texts = await page.$$eval('.jp-OutputArea-output pre', (nodes) =>
    nodes.map((node) => node.textContent ?? '').filter((text) => text.startsWith('line ')),
  );
  return checkLines(texts.join(''));
}

function checkLines(text: string): number {
  const lines = text.split('\n').slice(0, -1);
  assert.deepEqual(
    lines,
    lines.map((_, i) => `line ${i}`),
  );
  return lines.length;
}

function textOf({ outputs }: SavedCell): string {
  return outputs.flatMap(({ text }) => text ?? []).join('');
}

function prompts(page: Page): Promise<(string | null)[]> {
  return page.$$eval('.jp-CodeCell .jp-InputPrompt', (nodes) => nodes.map((node) => node.textContent));
}
