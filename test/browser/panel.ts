/// <reference lib="dom" />
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { patienceMs } from './jupyterLab';

/** The control panel of a training run on a page. */
export class Panel {
  constructor(private readonly page: Page) {}

  /** The panel's status line. */
  private get statusLine(): Locator {
    return this.page.locator('.jupyter-widgets .widget-html-content:has-text("step ")');
  }

  button(name: string): Locator {
    return this.page.locator('.jupyter-widgets button', { hasText: name });
  }

  /** Waits until the status line has this text. */
  async says(text: string | RegExp): Promise<void> {
    await this.statusLine.filter({ hasText: text }).waitFor();
  }

  async step(): Promise<number> {
    return Number(/step (\d+)/.exec((await this.statusLine.textContent()) ?? '')?.[1]);
  }

  /** True if the training is past a step. */
  async isBehind(step: number): Promise<boolean> {
    return (await this.statusLine.count()) > 0 && (await this.step()) > step;
  }

  /** Waits for a step later than this one. */
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
