import { randomUUID } from 'node:crypto';
import { UserError } from '../errors';
import { type DisplayMessage, kernel, type MimeBundle } from './kernel';
import type { Figure } from '../figures/plotly';

export type { MimeBundle } from './kernel';

interface PartlyKnownLayout {
  readonly title?: string | { readonly text?: string };
  readonly meta?: { readonly alt?: string };
}

/** A cell output that can be overwritten. */
export interface DisplayHandle {
  /** Shows the bundle in place of the previous one. */
  update(bundle: MimeBundle): void;
}

/** A figure of one's own, as Plotly takes it. */
export interface PlainFigure {
  readonly data: readonly object[];
  readonly layout?: object;
}

/**
 * Shows a figure, or a promise of one, below the running cell. Outside a notebook it does nothing.
 *
 * @throws UserError if it is not a figure
 */
export async function show(
  figure: Figure | PlainFigure | Promise<Figure> | Promise<PlainFigure>,
): Promise<void> {
  const given: unknown = await figure;
  if (!Array.isArray((given as PlainFigure | null | undefined)?.data)) {
    throw new UserError(
      'show() takes a figure: one of xkd’s, or an object with data, a list of traces, and layout.',
    );
  }
  showBundle(figureBundle(given as Figure | PlainFigure));
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
export function figureBundle(figure: Figure | PlainFigure): MimeBundle {
  const layout: PartlyKnownLayout = figure.layout ?? {};
  const name = typeof layout.title === 'string' ? layout.title : layout.title?.text;
  const title = name?.replace(/<[^>]*>/g, '');
  const words = [title && `${title}.`, layout.meta?.alt].filter(Boolean).join(' ') || 'without a title.';
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
