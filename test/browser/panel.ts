/// <reference lib="dom" />
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { patienceMs } from './jupyterLab';

/** The panel of a training on a page. */
export class Panel {
  constructor(private readonly page: Page) {}

  /** What it says of the run. */
  private get statusLine(): Locator {
    return this.page.locator('.jupyter-widgets .widget-html-content:has-text("step ")');
  }

  button(name: string): Locator {
    return this.page.locator('.jupyter-widgets button', { hasText: name });
  }

  /** Waits until it says this of the run. */
  async says(text: string | RegExp): Promise<void> {
    await this.statusLine.filter({ hasText: text }).waitFor();
  }

  async step(): Promise<number> {
    return Number(/step (\d+)/.exec((await this.statusLine.textContent()) ?? '')?.[1]);
  }

  /** Whether the training is behind a step. */
  async isBehind(step: number): Promise<boolean> {
    return (await this.statusLine.count()) > 0 && (await this.step()) > step;
  }

  /** Waits for a step behind this one. */
  async stepAbove(above: number): Promise<void> {
    for (
      const end = Date.now() + patienceMs;
      !(await this.isBehind(above));
      await this.page.waitForTimeout(100)
    ) {
      assert.ok(Date.now() < end, `no step above ${above}`);
    }
  }
}
