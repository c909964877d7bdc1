import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../process/make-folder.mjs';
import { nodeModules, root } from '../setup/paths.mjs';

/** The folder beside pages with what they share. */
export const assetsFolder = 'assets';

const drawingScripts = ['clipPanel.js', 'darkColours.js', 'fitFigure.js', 'drawFigure.js'];
const katex = join(nodeModules, 'katex', 'dist');

/** Writes what all pages of a folder share. */
export function writeAssets(folder) {
  makeFolder(join(folder, assetsFolder, 'fonts'));
  for (const [name, content] of sharedAssets()) writeFileSync(join(folder, name), content);
}

/** Plotly, the drawing of figures, KaTeX's styles and fonts: contents by path, relative to the folder of the pages. */
export function sharedAssets() {
  const plotly = readFileSync(join(nodeModules, 'plotly.js-dist-min', 'plotly.min.js'));
  const files = [
    ['plotly.min.js', plotly],
    ['figures.js', figureScript()],
    ['equations.css', equationStyle()],
    ...equationFonts().map((font) => [`fonts/${font}`, readFileSync(join(katex, 'fonts', font))]),
  ];
  return new Map(files.map(([name, content]) => [`${assetsFolder}/${name}`, content]));
}

function equationFonts() {
  return readdirSync(join(katex, 'fonts')).filter((name) => name.endsWith('.woff2'));
}

function figureScript() {
  const scripts = drawingScripts.map((name) => join(root, 'scripts', 'labextension', 'static', name));
  const drawAll = join(root, 'scripts', 'notebooks', 'drawFigures.js');
  return [...scripts, drawAll].map((script) => readFileSync(script, 'utf8')).join('\n');
}

/**
 * KaTeX's style sheet, with the one font format that every browser of today reads, and the changes below. Its fonts have
 * thin strokes, which at the size of an index are thinner than a pixel: they get a thicker outline, and glyphs are
 * placed at fractions of pixels, without which letters of an index are set too high or too low. The number of an equation
 * follows it instead of covering the end of a long one, and what is too long scrolls, with its
 * copy for screen readers, which would otherwise widen the page.
 */
function equationStyle() {
  const css = readFileSync(join(katex, 'katex.min.css'), 'utf8');
  const oneFormat = css.replace(/src:(url\([^)]*\.woff2\) format\("woff2"\))[^;}]*/g, 'src:$1');
  return `${oneFormat}
.katex { position: relative; font-size: 1.25em; text-rendering: geometricPrecision; -webkit-text-stroke: 0.2px; }
.katex-display { overflow: auto hidden; padding: 0.3em 0; }
.katex-display > .katex > .katex-html { display: flex; align-items: baseline; justify-content: center; width: max-content; min-width: 100%; }
.katex-display > .katex > .katex-html > .tag { position: static; margin-left: auto; padding-left: 1.5em; }
.katex-html:has(> .tag) > .base:first-child { margin-left: auto; }
`;
}
