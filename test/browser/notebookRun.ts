/// <reference lib="dom" />
import type { Page } from 'playwright-core';

/** Longest time that a notebook may make no progress [ms]: the longest silent cell, on a busy machine. */
const stillMs = 600_000;
const reportMs = 30_000;

/** A code cell of the open notebook, as shown in its page. */
export interface CellState {
  /** Index among all cells. */
  readonly index: number;
  /** Prompt of the cell: `[3]`, `[*]` or `[ ]`. */
  readonly prompt: string;
  readonly errors: readonly string[];
  readonly stderr: string;
  readonly figures: number;
}

/** Progress of a running notebook. */
export interface Progress {
  /** Status of the kernel. */
  readonly kernel: string;
  /** Number of code cells. */
  readonly cells: number;
  /** Indices of the cells that are `[*]`, among the code cells, from 0. */
  readonly running: readonly number[];
  /** First line of code of the first of them. */
  readonly line: string;
  /** Changes whenever anything has happened. */
  readonly trace: string;
}

/** Restarts the kernel and runs all cells with the toolbar button. Returns when they are `[*]`. */
export async function restartAndRunAll(page: Page): Promise<void> {
  await page.locator('.jp-Toolbar-item[data-jp-item-name="restart-and-run"]').click();
  await page.locator('.jp-Dialog .jp-mod-accept').click();
  await page.waitForFunction(
    () =>
      (globalThis as unknown as NotebookWindow).jupyterapp.shell.currentWidget!.content.widgets.some(
        ({ model }) => model.executionState === 'running',
      ),
    undefined,
    { timeout: stillMs },
  );
}

/** Waits until the kernel is idle and no cell is waiting or running, for whatever reason. */
export async function waitForEnd(page: Page, title: string): Promise<void> {
  let idle = 0;
  await follow(page, title, ({ kernel, running }) => {
    idle = kernel === 'idle' && running.length === 0 ? idle + 1 : 0;
    return idle === 2;
  });
}

/**
 * Waits until a running notebook reaches a state, as long as it makes progress. Reports the progress now and then.
 *
 * @param title name of the notebook in messages
 */
export async function follow(
  page: Page,
  title: string,
  isThere: (progress: Progress) => boolean | Promise<boolean>,
): Promise<void> {
  const start = Date.now();
  let [movedAt, toldAt] = [start, start];
  for (let trace = ''; ; await page.waitForTimeout(500)) {
    const now = await page.evaluate(readProgress);
    if (await isThere(now)) return;
    const { kernel, cells, running, line } = now;
    const place = running.length > 0 ? `code cell ${running[0] + 1} of ${cells} ("${line}")` : 'no cell';
    if (kernel === 'dead' || kernel === 'autorestarting')
      throw new Error(`${title}: the kernel ended at ${place}.`);
    if (now.trace !== trace) [trace, movedAt] = [now.trace, Date.now()];
    if (Date.now() - movedAt > stillMs) {
      throw new Error(
        `${title} has stood at ${place} for ${stillMs / 60_000} minutes; the kernel is ${kernel}.`,
      );
    }
    if (Date.now() - toldAt < reportMs) continue;
    toldAt = Date.now();
    console.log(`      ${title}, ${Math.round((toldAt - start) / 1000)} s: ${place}`);
  }
}

/** Shuts down the kernel of the open notebook. */
export function shutDown(page: Page): Promise<void> {
  return page.evaluate(() =>
    (globalThis as unknown as NotebookWindow).jupyterapp.shell.currentWidget?.sessionContext.shutdown(),
  );
}

/** The code cells of the open notebook. */
export function readCells(page: Page): Promise<CellState[]> {
  return page.evaluate(() => {
    const { widgets } = (globalThis as unknown as NotebookWindow).jupyterapp.shell.currentWidget!.content;
    return [...widgets.entries()]
      .filter(([, { model }]) => model.type === 'code')
      .map(([index, { model }]) => {
        const outputs = model.outputs!.toJSON();
        return {
          index,
          prompt: model.executionState === 'running' ? '[*]' : `[${model.executionCount ?? ' '}]`,
          errors: outputs
            .filter(({ output_type }) => output_type === 'error')
            .map(({ ename, evalue }) => `${ename}: ${evalue}`),
          stderr: outputs
            .filter(({ name }) => name === 'stderr')
            .flatMap(({ text }) => text ?? [])
            .join(''),
          figures: outputs.filter(
            ({ data }) => data !== undefined && 'application/vnd.plotly.v1+json' in data,
          ).length,
        };
      });
  });
}

/** Problems of cells that should each have run once, in order; one sentence per problem. */
export function troublesOf(cells: readonly CellState[]): string[] {
  return cells.flatMap(({ prompt, errors, stderr }, i) => {
    const cell = `code cell ${i + 1}`;
    return [
      ...(prompt === `[${i + 1}]` ? [] : [`${cell} is ${prompt}`]),
      ...errors.map((error) => `${cell} shows ${error}`),
      ...(stderr === '' ? [] : [`${cell} wrote on stderr: ${stderr}`]),
    ];
  });
}

/** Runs in the page. */
function readProgress(): Progress {
  const { content, sessionContext } = (globalThis as unknown as NotebookWindow).jupyterapp.shell
    .currentWidget!;
  const cells = content.widgets.filter(({ model }) => model.type === 'code');
  const running = [...cells.keys()].filter((i) => cells[i].model.executionState === 'running');
  const first = cells[running[0]];
  const lines = first?.model.sharedModel.getSource().split('\n') ?? [];
  const kernel = sessionContext.session?.kernel?.status ?? 'none';
  return {
    kernel,
    cells: cells.length,
    running,
    line: lines.find((each) => each.trim() !== '' && !/^(import\b|\/\/)/.test(each)) ?? '',
    trace: [kernel, running.length, first?.node.textContent].join(),
  };
}

/** The parts of JupyterLab's page objects used here. */
interface NotebookWindow {
  readonly jupyterapp: { readonly shell: { readonly currentWidget: NotebookPanel | null } };
}

interface NotebookPanel {
  readonly content: { readonly widgets: readonly CellWidget[] };
  readonly sessionContext: {
    shutdown(): Promise<void>;
    readonly session: { readonly kernel: { readonly status: string } | null } | null;
  };
}

interface CellWidget {
  readonly node: HTMLElement;
  readonly model: {
    readonly type: string;
    readonly executionCount?: number | null;
    readonly executionState?: string;
    readonly sharedModel: { getSource(): string };
    readonly outputs?: { toJSON(): readonly Output[] };
  };
}

/** An output in the nbformat format. */
interface Output {
  readonly output_type: string;
  readonly name?: string;
  readonly text?: string | readonly string[];
  readonly ename?: string;
  readonly evalue?: string;
  readonly data?: object;
}
