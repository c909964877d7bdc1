import { readFileSync } from 'node:fs';
import { writeFileAtomic } from '../files';
import { escapeHtml } from './table';

export interface FigurePage {
  /** Of the window; plain text. */
  readonly title: string;
  /** Data and layout for plotly.js. */
  readonly figure: object;
  /** HTML below the figure. */
  readonly below?: string;
}

/**
 * Writes a page with one interactive figure; plotly.js is in it, so that it needs no network.
 *
 * @throws UserError where the file can't be written
 */
export function writeFigurePage(path: string, page: FigurePage): void {
  writeFileAtomic(path, figurePage(page));
}

/** The page as HTML. */
export function figurePage({ title, figure, below = '' }: FigurePage): string {
  const plotly = readFileSync(require.resolve('plotly.js-dist-min/plotly.min.js'), 'utf8');
  // Within a script nothing but "<" could end it or begin a comment.
  const data = JSON.stringify(figure).replaceAll('<', '\\u003c');
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title>`,
    `<style>${style}</style><script>${plotly}</script></head><body><div id="figure"></div>`,
    `<script>Plotly.newPlot('figure', ${data});</script>`,
    `${below}</body></html>`,
  ].join('\n');
}

const style = `body { font: 14px/1.4 sans-serif; margin: 16px; }
table { border-collapse: collapse; margin: 16px 0; }
caption { text-align: left; font-weight: bold; padding: 4px 0; }
th, td { padding: 3px 10px; border-bottom: 1px solid #ddd; text-align: right; white-space: nowrap; }`;
