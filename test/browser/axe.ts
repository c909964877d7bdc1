/// <reference lib="dom" />
import { readFileSync } from 'node:fs';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

export interface Finding {
  readonly rule: string;
  readonly places: readonly string[];
}

/** Serious and critical findings of axe-core, and the rules that found something to check. */
export async function audit(page: Page): Promise<{ violations: Finding[]; checked: string[] }> {
  // As text, because a page's content-security policy may allow no further script.
  await page.evaluate(`${readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')};undefined`);
  // Without `preload` axe fetches no style sheets, which a page that is a file may not do.
  const results = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(options: object): Promise<AxeResults> } }).axe.run({
      preload: false,
    }),
  );
  const violations = results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => ({ rule: id, places: nodes.slice(0, 5).map(({ html }) => html.slice(0, 200)) }));
  return { violations, checked: [...results.passes, ...results.violations].map(({ id }) => id) };
}
