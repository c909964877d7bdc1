import { randomUUID } from 'node:crypto';
import { type DisplayMessage, kernel, type MimeBundle } from './kernel';
import type { Figure } from './plotly';

export type { MimeBundle } from './kernel';

/** An output of a cell that can be overwritten. */
export interface DisplayHandle {
  /** Shows the bundle, in place of the one before. */
  update(bundle: MimeBundle): void;
}

/**
 * Shows a figure, or one that is still being drawn, below the running cell. Outside a notebook it does
 * nothing.
 */
export async function show(figure: Figure | Promise<Figure>): Promise<void> {
  showBundle(figureBundle(await figure));
}

/** Shows a piece of HTML below the running cell; `text` stands in for it where no HTML can be shown. */
export function showHtml(html: string, text: string): void {
  showBundle({ 'text/html': html, 'text/plain': text });
}

/** Shows plain text below the running cell. */
export function showText(text: string): void {
  showBundle({ 'text/plain': text });
}

/** Takes away what is shown below the running cell; with `wait` only when something new is shown. */
export function clearOutput({ wait = false }: { readonly wait?: boolean } = {}): void {
  kernel()?.clear(wait);
}

/** What a front end is given for a figure. */
export function figureBundle(figure: Figure): MimeBundle {
  const title = figure.layout.title?.text.replace(/<[^>]*>/g, '');
  const words = [title && `${title}.`, figure.layout.meta.alt].filter(Boolean).join(' ');
  return { 'application/vnd.plotly.v1+json': figure, 'text/plain': `Figure: ${words}` };
}

/** An output that is written over by each update. Outside a notebook it does nothing. */
export function openDisplay(): DisplayHandle {
  const id = `xkd-${randomUUID()}`;
  let shown = false;
  return {
    update(bundle) {
      write({ data: bundle, metadata: {}, transient: { display_id: id } }, shown);
      shown = true;
    },
  };
}

/** Whether this process is the kernel of a notebook. */
export function inNotebook(): boolean {
  return kernel() !== null;
}

/** Shows media below the running cell. */
export function showBundle(bundle: MimeBundle): void {
  write({ data: bundle, metadata: {}, transient: {} }, false);
}

function write(message: DisplayMessage, update: boolean): void {
  kernel()?.display(message, update);
}
