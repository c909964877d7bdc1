import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { projectPath } from 'xkd';
import { closeLab, type JupyterLab, openLab, patienceMs } from './jupyterLab';
import { notebookOf } from './notebookOf';

const startHere = projectPath('notebooks/00_start_here.ipynb');
/** Draws until a file exists, so that no page is too slow to see several states. */
const liveCell = `import { existsSync } from 'node:fs';
import { curvesFigure, liveFigure, progressBar, tick } from 'xkd';
const y = [1, 2];
const live = liveFigure(curvesFigure({ curves: [{ name: 'a', y }], title: 'step 0' }), { intervalMs: 100 });
const bar = progressBar(10_000, 'working');
let i = 0;
while (!existsSync('enough')) {
  y.push(++i % 7);
  live.update(() => curvesFigure({ curves: [{ name: 'a', y }], title: 'step ' + i }));
  bar.update(i);
  await new Promise((done) => setTimeout(done, 50));
  await tick();
}
live.finish();
bar.finish();
console.log('ended at step', i);`;

const menuCell = `import { configure, sharingFigure, show } from 'xkd';
const variants = ['base', 'base-mats'].map((name) => ({ name, config: configure(name as 'base') }));
await show(sharingFigure({ variants: variants }));`;

const interruptedCells = [
  `import { tick, watchInterrupt } from 'xkd';
const state = { steps: 0, ended: false };`,
  `const watch = watchInterrupt();
console.log('running');
while (!watch.requested && state.steps < 6000) {
  state.steps++;
  await new Promise((done) => setTimeout(done, 50));
  await tick();
}
watch.stop();
state.ended = true;`,
  `console.log('ended', state.ended, 'in time', state.steps < 6000);`,
];

describe('notebooks in JupyterLab', function () {
  this.timeout(600_000);
  let lab: JupyterLab;
  let browser: Browser;
  let page: Page;

  before(async function () {
    const made = {
      'live.ipynb': notebookOf([liveCell]),
      'interrupted.ipynb': notebookOf(interruptedCells),
      'menu.ipynb': notebookOf([menuCell]),
    };
    ({ lab, browser, page } = await openLab(this, {
      notebooks: [startHere],
      made,
      environment: { XKD_FAST: '1' },
    }));
  });

  after(() => closeLab(lab, browser));

  it('shows the saved figures and the player of an opened notebook', async () => {
    await lab.open(page, '00_start_here.ipynb');
    await checkOutputs(lab, page);
  });

  it('redraws a live figure and a progress bar in place while the cell runs', async () => {
    await lab.open(page, 'live.ipynb');
    const titles = new Set<string>();
    const bars = new Set<string>();
    const run = lab.runAll(page, 500);
    for (
      const end = Date.now() + patienceMs;
      titles.size < 4 || bars.size < 4;
      await page.waitForTimeout(100)
    ) {
      assert.ok(Date.now() < end, [...titles, ...bars].join());
      const title = await page.$$eval('.js-plotly-plot .gtitle', (nodes) =>
        nodes.map((node) => node.textContent),
      );
      assert.ok(title.length <= 1, 'one figure, not one for each step');
      if (title[0]) titles.add(title[0]);
      const texts = await page.$$eval('.jp-OutputArea-output pre', (nodes) =>
        nodes.map((node) => node.textContent),
      );
      for (const text of texts) if (text?.startsWith('working')) bars.add(text);
    }
    writeFileSync(lab.file('enough'), '');
    await run;
    const ended = await page.locator('.jp-OutputArea-output pre', { hasText: 'ended at' }).textContent();
    await page.waitForFunction(
      (last) => document.querySelector('.gtitle')?.textContent === last,
      /step \d+/.exec(ended!)![0],
    );
  });

  it('switches what a figure shows when a button of its menu is pressed', async () => {
    await lab.open(page, 'menu.ipynb');
    await lab.runAll(page, 300);
    const says = (text: string) => page.locator('.js-plotly-plot .annotation', { hasText: text }).count();
    await page.locator('.js-plotly-plot .updatemenu-button', { hasText: 'base-mats' }).waitFor();
    assert.deepEqual([await says('396.4 M'), await says('the same 12 transformer blocks')], [1, 0]);
    await page.locator('.js-plotly-plot .updatemenu-button', { hasText: 'base-mats' }).click();
    await page.locator('.js-plotly-plot .annotation', { hasText: '226.3 M' }).waitFor();
    assert.deepEqual([await says('396.4 M'), await says('the same 12 transformer blocks')], [0, 2]);
  });

  it('ends a loop that asks for the interrupt, and the next cell continues with what it did', async () => {
    await lab.open(page, 'interrupted.ipynb');
    await lab.command(page, 'notebook:run-cell-and-select-next');
    const loop = lab.command(page, 'notebook:run-cell-and-select-next');
    await page.locator('.jp-OutputArea-output', { hasText: 'running' }).waitFor();
    await lab.command(page, 'notebook:interrupt-kernel');
    await loop;
    await lab.runCell(page, 2);
    await page.locator('.jp-OutputArea-output', { hasText: 'ended true in time true' }).waitFor();
  });
});

/** Checks that every figure is drawn, and that the player has a video with sound. */
async function checkOutputs(lab: JupyterLab, page: Page): Promise<void> {
  const figures = new Map<number, number>();
  const player = { seconds: 0, error: false };
  await lab.eachScreen(
    page,
    async () => {
      const drawn = await page.$$eval('.jp-RenderedPlotly', (nodes) =>
        nodes.map((node) => [
          Math.round((node as HTMLElement).getBoundingClientRect().width),
          node.querySelectorAll('svg.main-svg').length,
        ]),
      );
      drawn.forEach(([width, layers], i) => {
        if (width > 0) figures.set(i, Math.max(layers, figures.get(i) ?? 0));
      });
      const [video] = await page.$$eval('video', (nodes) =>
        (nodes as HTMLVideoElement[]).map(({ duration, error }) => ({ duration, error: error !== null })),
      );
      if (video?.duration > 0) player.seconds = video.duration;
      if (video?.error) player.error = true;
    },
    500,
  );
  assert.equal(figures.size, 3);
  for (const [i, layers] of figures) assert.ok(layers > 0, `figure ${i} is empty`);
  assert.ok(player.seconds > 1.5 && player.seconds < 7, `the film lasts ${player.seconds} s`);
  assert.equal(player.error, false);
}
