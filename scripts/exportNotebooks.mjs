/*
 * Writes notebooks as HTML pages that need no network and no server: figures stay interactive (plotly.js is put
 * into each page once), equations are MathML, players keep their sound.
 *
 *   node scripts/exportNotebooks.mjs [--out DIR] [NOTEBOOK...]
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import katex from 'katex';
import { nodeModules, notebooks, root, venvPython } from './setup/paths.mjs';

const figureType = 'application/vnd.plotly.v1+json';
/** Runs in the page. */
const drawFigure = `async (id, { data, layout: { meta, ...layout }, config }) => {
  const plot = await Plotly.newPlot(id, data, { autosize: true, ...layout }, { responsive: true, ...config });
  xkdClipPanel(plot, meta?.clips);
}`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string', default: join(root, 'runs', 'html') } },
});
const files = positionals.length > 0 ? positionals : notebookFiles();
mkdirSync(values.out, { recursive: true });
const scripts = [
  join(nodeModules, 'plotly.js-dist-min', 'plotly.min.js'),
  join(root, 'scripts', 'labextension', 'static', 'clipPanel.js'),
].map((script) => readFileSync(script, 'utf8'));
for (const file of files) {
  const page = join(values.out, `${basename(file, '.ipynb')}.html`);
  writeFileSync(page, withScripts(convert(prepared(JSON.parse(readFileSync(file, 'utf8'))), basename(file))));
  console.log(page);
}

function notebookFiles() {
  const names = readdirSync(notebooks).filter((name) => name.endsWith('.ipynb'));
  return names.sort().map((name) => join(notebooks, name));
}

/** The notebook with what nbconvert does not know turned into what it does: HTML. */
function prepared(notebook) {
  let figures = 0;
  for (const cell of notebook.cells) {
    if (cell.cell_type === 'markdown') cell.source = withMathMl([cell.source].flat().join(''));
    for (const { data } of cell.outputs ?? []) {
      if (data?.[figureType]) data['text/html'] = figureHtml(data[figureType], figures++);
    }
  }
  return notebook;
}

/** Equations between dollars as MathML, except in code. */
function withMathMl(markdown) {
  return markdown
    .split(/(```[\s\S]*?```|`[^`]*`)/)
    .map((part, i) => (i % 2 ? part : part.replace(/\$\$([\s\S]+?)\$\$|\$([^$\n]+?)\$/g, asMathMl)))
    .join('');
}

function asMathMl(_, display, inline) {
  const options = { displayMode: display !== undefined, output: 'mathml', throwOnError: true };
  return katex.renderToString((display ?? inline).trim(), options);
}

/** A figure as its data and the call that draws it when the page is there. */
function figureHtml(figure, number) {
  const json = JSON.stringify(figure).replace(/</g, '\\u003c');
  const height = figure.layout.height ?? 360;
  return `<div><div id="figure-${number}" style="height: ${height}px"></div></div>
<script>(${drawFigure})('figure-${number}', ${json});</script>`;
}

/** The page as nbconvert writes it, with nothing loaded from elsewhere. */
function convert(notebook, name) {
  const folder = mkdtempSync(join(tmpdir(), 'xkd-html-'));
  try {
    writeFileSync(join(folder, name), JSON.stringify(notebook));
    const nothingFromElsewhere = ['mathjax', 'require_js', 'jquery', 'widget_renderer', 'mermaid_js'];
    execFileSync(
      venvPython,
      [
        ...['-m', 'nbconvert', '--to', 'html', '--log-level', 'ERROR', '--output', 'page'],
        ...nothingFromElsewhere.map((script) => `--HTMLExporter.${script}_url=`),
        join(folder, name),
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
  const tags = scripts.map((script) => `<script>${script.replaceAll('</script', '<\\/script')}</script>\n`);
  return `${page.slice(0, end)}${tags.join('')}${page.slice(end)}`;
}
