/// <reference lib="dom" />
import assert from 'node:assert/strict';
import type { Browser, Locator, Page } from 'playwright-core';
import { projectPath } from 'xkd';
import { closeLab, type JupyterLab, openLab } from './jupyterLab';
import { notebookOf } from './notebookOf';
import { Panel } from './panel';

const cells = [
  `import { configure, controlPanel, openPretraining, sampleSet, watchTraining, type StepMetrics } from 'xkd';
const sample = await sampleSet();
const config = configure('nano', { 'training.steps': 5000, 'training.batch': 8 });
const run = await openPretraining({ config, data: sample.folder, out: null });
const history: StepMetrics[] = [];`,
  `controlPanel(run, { keys: ['optimiser.learningRate', 'loss', 'mask', 'refinement'] });
await watchTraining(run, history, { title: 'steered' });
const kept = history.length;`,
  `console.log('kept', kept === run.state.step, JSON.stringify(run.changes.map(({ values }) => values)));`,
];

describe('the panel of controls in JupyterLab', function () {
  this.timeout(600_000);
  let lab: JupyterLab;
  let browser: Browser;
  let page: Page;
  let panel: Panel;

  before(async function () {
    const made = { 'steered.ipynb': notebookOf(cells) };
    // The small sample set: the full one would have to be generated first.
    ({ lab, browser, page } = await openLab(this, { made, environment: { XKD_FAST: '1' }, height: 1400 }));
    panel = new Panel(page);
    await lab.open(page, 'steered.ipynb');
  });

  after(() => closeLab(lab, browser));

  it('moves a value of the running training, and the curve shows where', async () => {
    await lab.runCell(page, 0);
    void lab.runCell(page, 1).catch(() => undefined); // the page is reloaded in the meantime
    await panel.says('training');
    await panel.stepAbove(1);
    const slider = page.locator('.widget-slider', { hasText: 'learning rate' });
    const readout = (text: string | RegExp) => slider.locator('.widget-readout', { hasText: text }).waitFor();
    await readout('2.00e-3');
    await drag(page, slider.locator('.noUi-handle'), 40);
    await readout(/^(?!2\.00e-3)\d\.\d\de-\d$/);
    await panel.says('1 change');
    await page.locator('.js-plotly-plot .annotation', { hasText: 'learning rate 0.0' }).waitFor();
    assert.match((await slider.getAttribute('title')) ?? (await slider.innerHTML()), /peak learning rate/);
    await page
      .locator('.widget-dropdown', { hasText: 'refinement' })
      .locator('select')
      .selectOption('softmax');
    await panel.says('2 changes');
  });

  it('pauses, takes a single step, and continues', async () => {
    await panel.button('Pause').click();
    await panel.says('paused');
    const held = await panel.step();
    await page.waitForTimeout(1000);
    assert.equal(await panel.step(), held);
    await panel.button('One step').click();
    await panel.stepAbove(held);
    await panel.says('paused');
    assert.equal(await panel.step(), held + 1);
    // The figure describes in words what it shows.
    await page
      .locator(`.js-plotly-plot[role="figure"][aria-label*="Loss over step, 0 to ${held}:"]`)
      .waitFor();
    const bars = page.locator('.jp-OutputArea-output pre', { hasText: 'steered' });
    assert.equal(await bars.count(), 0, 'the bar is that of the panel');
    await page.screenshot({ path: projectPath('test/dist/browser/controls.png') }); // for inspection
    await panel.button('Resume').click();
    await panel.stepAbove(held + 1);
  });

  it('is there again, and works, when the page is loaded again', async () => {
    await lab.command(page, 'docmanager:save');
    await page.reload();
    await lab.ready(page, ['busy', 'idle']);
    await panel.says('training');
    await panel.button('Pause').click();
    await panel.says('paused');
    await panel.button('Resume').click();
    await panel.says('training');
  });

  it('outlives an interrupt: the state is there, with the names of the cell', async () => {
    const reached = await panel.step();
    await lab.command(page, 'notebook:interrupt-kernel');
    await panel.says('interrupted');
    assert.ok((await panel.step()) >= reached);
    await lab.runCell(page, 2);
    await page.locator('.jp-OutputArea-output pre', { hasText: /^kept true .*softmax/ }).waitFor();
  });

  it('works after a restart of the kernel when its cells are run again', async () => {
    await lab.restartKernel(page);
    await lab.runCell(page, 0);
    const again = lab.runCell(page, 1);
    await panel.stepAbove(0);
    await panel.says('training');
    await panel.button('Stop').click();
    await again;
    await panel.says('stopped');
  });
});

async function drag(page: Page, handle: Locator, pixels: number): Promise<void> {
  await handle.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await handle.boundingBox())!;
  const [fromX, middle] = [x + width / 2, y + height / 2];
  await page.mouse.move(fromX, middle);
  await page.mouse.down();
  await page.mouse.move(fromX + pixels, middle, { steps: 5 });
  await page.mouse.up();
}
