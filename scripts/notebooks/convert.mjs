import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { venvPython } from '../setup/paths.mjs';
import { figureType } from './files.mjs';

/** The notebook with everything that nbconvert does not support converted to HTML. */
export function prepared(notebook, equations) {
  let figures = 0;
  for (const cell of notebook.cells) {
    if (cell.cell_type === 'markdown') cell.source = equations.takenFrom([cell.source].flat().join(''));
    for (const { data } of cell.outputs ?? []) {
      if (data?.[figureType]) data['text/html'] = figureHtml(data[figureType], figures++);
    }
  }
  return notebook;
}

/** A figure as its place, with its text alternative, and its data, which `drawFigures.js` draws. */
function figureHtml(figure, number) {
  const { height = 360, title, meta } = figure.layout;
  const words = [title?.text && `${title.text}.`, meta?.alt].filter(Boolean).join(' ');
  const label = escaped(words.replace(/<[^>]*>/g, ' ') || 'Figure');
  const json = JSON.stringify(figure).replace(/</g, '\\u003c');
  return `<div><div id="figure-${number}" class="xkd-figure" role="figure" aria-label="${label}" style="height: ${height}px"></div>
<script type="application/json">${json}</script></div>`;
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}

/**
 * Notebooks as nbconvert generates them, without external resources.
 *
 * @param notebooks by name
 * @param template of nbconvert: `lab` for whole pages, `basic` for what is in their bodies
 * @returns HTML by name
 */
export function convertNotebooks(notebooks, template) {
  const folder = mkdtempSync(join(tmpdir(), 'xkd-html-'));
  try {
    const out = join(folder, 'out');
    mkdirSync(out);
    const files = [...notebooks].map(([name, notebook]) => {
      const file = join(folder, `${name}.ipynb`);
      writeFileSync(file, JSON.stringify(notebook));
      return file;
    });
    const nothingFromElsewhere = ['mathjax', 'require_js', 'jquery', 'widget_renderer', 'mermaid_js'];
    execFileSync(
      venvPython,
      [
        ...['-m', 'nbconvert', '--to', 'html', '--template', template],
        ...['--log-level', 'ERROR', '--output-dir', out],
        ...nothingFromElsewhere.map((script) => `--HTMLExporter.${script}_url=`),
        ...files,
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const html = (name) => readFileSync(join(out, `${name}.html`), 'utf8');
    return new Map([...notebooks.keys()].map((name) => [name, html(name)]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
