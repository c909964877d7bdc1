import { readFileSync } from 'node:fs';
import { projectPath, writeFileAtomic } from '../../files';
import { escapeHtml } from '../../table';

export interface FigurePage {
  /** Window title; plain text. */
  readonly title: string;
  /** Data and layout for plotly.js. */
  readonly figure: object;
  /** HTML below the figure. */
  readonly below?: string;
}

/**
 * Writes a page with one interactive figure. It embeds plotly.js and so works offline.
 *
 * @throws UserError if the file can't be written
 */
export function writeFigurePage(path: string, page: FigurePage): void {
  writeFileAtomic(path, figurePage(page));
}

/** The page as HTML. */
export function figurePage({ title, figure, below = '' }: FigurePage): string {
  const scripts = [
    require.resolve('plotly.js-dist-min/plotly.min.js'),
    ...drawing.map((name) => projectPath('scripts', 'labextension', 'static', name)),
  ].map((path) => `<script>${readFileSync(path, 'utf8').replaceAll('</script', '<\\/script')}</script>`);
  // Within a script only "<" could end it or begin a comment.
  const data = JSON.stringify(figure).replaceAll('<', '\\u003c');
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">`,
    `<title>${escapeHtml(title)}</title><style>${style}</style>${scripts.join('\n')}</head><body>`,
    `<div id="figure"></div><script>(${draw})(${data});</script>`,
    `${below}</body></html>`,
  ].join('\n');
}

/** The same scripts as in notebooks. */
const drawing = ['clipPanel.js', 'darkColours.js', 'fitFigure.js', 'drawFigure.js'] as const;

/** Runs in the page. */
const draw = `(figure) => {
  const plot = document.getElementById('figure');
  xkdDrawFigure(plot, figure).then(() => new ResizeObserver(() => xkdRefitFigure(plot, figure)).observe(plot));
}`;

const style = `body { font: 14px/1.4 sans-serif; margin: 16px; }
table { border-collapse: collapse; margin: 16px 0; }
caption { text-align: left; font-weight: bold; padding: 4px 0; }
th, td { padding: 3px 10px; border-bottom: 1px solid #ddd; text-align: right; white-space: nowrap; }`;
