/// <reference lib="dom" />
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { patienceMs } from './jupyterLab';
import type { CellState } from './notebookRun';

/**
 * Scrolls to every figure and every player of the open notebook, and waits until each shows something.
 *
 * @returns the number of each
 */
export async function checkDrawn(
  page: Page,
  cells: readonly CellState[],
): Promise<{ figures: number; players: number }> {
  const found = { figures: 0, players: 0 };
  for (const [i, { index, figures }] of cells.entries()) {
    const cell = page.locator(`.jp-Notebook-cell[data-windowed-list-index="${index}"]`);
    await cell.scrollIntoViewIfNeeded();
    const plots = cell.locator('.jp-RenderedPlotly');
    for (let j = 0; j < figures; j++)
      await until(plots.nth(j), isDrawn, `figure ${j + 1} of code cell ${i + 1} is empty`);
    assert.equal(await plots.count(), figures);
    // The player next to clips in space gets its video when the pointer is on a clip.
    const players = cell.locator('video:not(.xkd-clip-panel video)');
    for (let j = 0; j < (await players.count()); j++) {
      await until(players.nth(j), isPlayable, `player ${j + 1} of code cell ${i + 1} has no film`);
      found.players++;
    }
    found.figures += figures;
  }
  return found;
}

async function until(locator: Locator, holds: (node: Element) => boolean, otherwise: string): Promise<void> {
  for (const end = Date.now() + patienceMs; ; await locator.page().waitForTimeout(100)) {
    await locator.scrollIntoViewIfNeeded();
    if (await locator.evaluate(holds)) return;
    assert.ok(Date.now() < end, otherwise);
  }
}

/** Runs in the page: true if plotly.js has drawn anything but a background in a figure. */
function isDrawn(node: Element): boolean {
  const marks = node.querySelectorAll('svg.main-svg :is(path, image, text), canvas');
  return Array.from(marks).some((mark) => {
    const { width, height } = mark.getBoundingClientRect();
    return width + height > 0;
  });
}

/** Runs in the page. */
function isPlayable(node: Element): boolean {
  const { duration, error } = node as HTMLVideoElement;
  return duration > 0 && error === null;
}
