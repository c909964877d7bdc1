import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeModules, root, venvPython } from '../setup/paths.mjs';
import { Equations } from './equations.mjs';
import { figureType } from './files.mjs';

/** Runs in the page: draws the figure, and redraws it when the window's width changes. */
const drawFigure = `(id, figure) => {
  const plot = document.getElementById(id);
  xkdDrawFigure(plot, figure).then(() => new ResizeObserver(() => xkdRefitFigure(plot, figure)).observe(plot));
}`;
const drawingScripts = ['clipPanel.js', 'darkColours.js', 'fitFigure.js', 'drawFigure.js'];

/**
 * A notebook as an HTML page that works offline and without a server: figures stay interactive (plotly.js is embedded
 * once per page), equations are rendered, players keep their sound.
 *
 * @param title of the page
 * @param head HTML above the notebook
 */
export function notebookPage(notebook, { title, head = '' }) {
  const equations = new Equations();
  const page = withScripts(equations.putInto(convert(prepared(notebook, equations), title)));
  return page.replace(/<body[^>]*>/, (body) => `${body}\n${head}`);
}

function scripts() {
  return [
    join(nodeModules, 'plotly.js-dist-min', 'plotly.min.js'),
    ...drawingScripts.map((name) => join(root, 'scripts', 'labextension', 'static', name)),
  ].map((script) => readFileSync(script, 'utf8'));
}

/** The notebook with everything that nbconvert does not support converted to HTML. */
function prepared(notebook, equations) {
  let figures = 0;
  for (const cell of notebook.cells) {
    if (cell.cell_type === 'markdown') cell.source = equations.takenFrom([cell.source].flat().join(''));
    for (const { data } of cell.outputs ?? []) {
      if (data?.[figureType]) data['text/html'] = figureHtml(data[figureType], figures++);
    }
  }
  return notebook;
}

/** A figure as its data and the call that draws it once the page has loaded. */
function figureHtml(figure, number) {
  const json = JSON.stringify(figure).replace(/</g, '\\u003c');
  const height = figure.layout.height ?? 360;
  return `<div><div id="figure-${number}" style="height: ${height}px"></div></div>
<script>(${drawFigure})('figure-${number}', ${json});</script>`;
}

/** The page as nbconvert generates it, without external resources. */
function convert(notebook, title) {
  const folder = mkdtempSync(join(tmpdir(), 'xkd-html-'));
  try {
    const file = join(folder, 'notebook.ipynb');
    writeFileSync(file, JSON.stringify({ ...notebook, metadata: { ...notebook.metadata, title } }));
    const nothingFromElsewhere = ['mathjax', 'require_js', 'jquery', 'widget_renderer', 'mermaid_js'];
    execFileSync(
      venvPython,
      [
        ...['-m', 'nbconvert', '--to', 'html', '--log-level', 'ERROR', '--output', 'page'],
        ...nothingFromElsewhere.map((script) => `--HTMLExporter.${script}_url=`),
        file,
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    return readFileSync(join(folder, 'page.html'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function withScripts(page) {
  const end = page.indexOf('</head>');
  const tags = scripts().map((script) => `<script>${script.replaceAll('</script', '<\\/script')}</script>\n`);
  return `${page.slice(0, end)}${tags.join('')}${page.slice(end)}`;
}
