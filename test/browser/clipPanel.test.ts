/// <reference lib="dom" />
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { clipSpaceFigure, projectPath } from 'xkd';
import { loadScript } from '../setup/support';
import { chromiumFor, JupyterLab, launchBrowser, openPage } from './jupyterLab';
import { notebookOf } from './notebookOf';

/** One pixel. */
const somePng =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** A clip of a committed notebook. */
function someVideo(): string {
  const notebook = readFileSync(projectPath('notebooks/00_start_here.ipynb'), 'utf8');
  return /data:video\/mp4;base64,[A-Za-z0-9+/=]+/.exec(notebook)![0];
}

/**
 * A notebook with the saved figure of four clips in space. The first one lies in the middle, and only it can be played. A
 * picture is stored with the figure, as a kernel writes it; a front end that supports figures shows the figure.
 */
function notebookWithSpace(): object {
  const figure = clipSpaceFigure({
    points: [0.5, 0.5, 0.5, 0, 1, 0, 1, 0, 1, 1, 0, 0],
    labels: ['oak', 'oak', 'clay', 'clay'],
    names: ['in the middle', 'b', 'c', 'd'],
    sources: new Map([[0, someVideo()]]),
    title: 'space',
  });
  const notebook = notebookOf(["'space'"]) as { cells: { outputs: object[]; execution_count: number }[] };
  const data = { 'application/vnd.plotly.v1+json': figure, 'image/png': somePng };
  notebook.cells[0].outputs.push({ output_type: 'display_data', data, metadata: {} });
  return notebook;
}

describe('the panel that plays the clips of a figure', function () {
  this.timeout(600_000);
  let folder: string;
  let browser: Browser;
  let lab: JupyterLab | undefined;

  before(async function () {
    const chromium = chromiumFor(this);
    folder = mkdtempSync(join(tmpdir(), 'xkd-panel-'));
    browser = await launchBrowser(chromium);
  });

  after(async () => {
    await browser?.close();
    await lab?.stop();
    if (folder) rmSync(folder, { recursive: true });
  });

  it('plays the point that is clicked, in an exported page', async () => {
    const { notebookPage } = await loadScript<{
      notebookPage(notebook: object, args: { title: string }): string;
    }>('notebooks/page.mjs');
    const { writeAssets } = await loadScript<{ writeAssets(folder: string): void }>('notebooks/assets.mjs');
    writeAssets(folder);
    const file = join(folder, 'space.html');
    writeFileSync(file, notebookPage(notebookWithSpace(), { title: 'space' }));
    const page = await openPage(browser);
    await page.goto(`file://${file}`);
    await clickTheMiddle(page);
    await page.close();
  });

  it('plays the point that is clicked, in JupyterLab', async () => {
    lab = await JupyterLab.start([], { made: { 'space.ipynb': notebookWithSpace() } });
    const page = await openPage(browser);
    await lab.open(page, 'space.ipynb');
    await clickTheMiddle(page);
  });
});

/** Points at the clip, clicks it, and checks that it plays with its sound and its name. */
async function clickTheMiddle(page: Page): Promise<void> {
  const scene = page.locator('.gl-container canvas').first();
  await scene.waitFor();
  const caption = page.locator('.xkd-clip-panel figcaption');
  await caption.getByText('Point at one of the larger points').waitFor();
  await scene.scrollIntoViewIfNeeded();
  const video = () =>
    page.$eval('.xkd-clip-panel video', (node) => {
      const { currentSrc, muted, paused, duration } = node as HTMLVideoElement;
      return { known: currentSrc.startsWith('data:video/mp4'), muted, playing: !paused && duration > 0 };
    });
  assert.deepEqual(await video(), { known: false, muted: true, playing: false });
  const { x, y, width, height } = (await scene.boundingBox())!;
  const middle = [x + width / 2, y + height / 2] as const;
  // The scene draws, and detects what lies below the pointer, shortly after the pointer has moved.
  await page.mouse.move(middle[0] - 30, middle[1]);
  await page.mouse.move(...middle, { steps: 3 });
  await caption.getByText('in the middle').waitFor();
  assert.equal((await video()).muted, true);
  // The scene handles the button in a later frame, which takes a while on a busy machine.
  await page.mouse.down();
  await page.waitForFunction(() => !document.querySelector<HTMLVideoElement>('.xkd-clip-panel video')!.muted);
  await page.mouse.up();
  await page.waitForFunction(() => {
    const player = document.querySelector<HTMLVideoElement>('.xkd-clip-panel video')!;
    return !player.paused && player.currentTime > 0;
  });
  assert.deepEqual(await video(), { known: true, muted: false, playing: true });
}
