import { randomUUID } from 'node:crypto';
import { type DisplayMessage, kernel, type MimeBundle } from './kernel';
import type { Figure } from '../figures/plotly';

export type { MimeBundle } from './kernel';

/** A cell output that can be overwritten. */
export interface DisplayHandle {
  /** Shows the bundle in place of the previous one. */
  update(bundle: MimeBundle): void;
}

/** Shows a figure, or a promise of one, below the running cell. Outside a notebook it does nothing. */
export async function show(figure: Figure | Promise<Figure>): Promise<void> {
  showBundle(figureBundle(await figure));
}

/** Shows HTML below the running cell; `text` replaces it where HTML cannot be shown. */
export function showHtml(html: string, text: string): void {
  showBundle({ 'text/html': html, 'text/plain': text });
}

/** Shows plain text below the running cell. */
export function showText(text: string): void {
  showBundle({ 'text/plain': text });
}

/** Clears the output of the running cell; with `wait`, only once something new is shown. */
export function clearOutput({ wait = false }: { readonly wait?: boolean } = {}): void {
  kernel()?.clear(wait);
}

/** The MIME bundle that front ends receive for a figure. */
export function figureBundle(figure: Figure): MimeBundle {
  const title = figure.layout.title?.text.replace(/<[^>]*>/g, '');
  const words = [title && `${title}.`, figure.layout.meta.alt].filter(Boolean).join(' ');
  return { 'application/vnd.plotly.v1+json': figure, 'text/plain': `Figure: ${words}` };
}

/** An output that each update overwrites. Outside a notebook it does nothing. */
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

/** True if this process is a notebook kernel. */
export function inNotebook(): boolean {
  return kernel() !== null;
}

/** Shows a MIME bundle below the running cell. */
export function showBundle(bundle: MimeBundle): void {
  write({ data: bundle, metadata: {}, transient: {} }, false);
}

function write(message: DisplayMessage, update: boolean): void {
  kernel()?.display(message, update);
}
