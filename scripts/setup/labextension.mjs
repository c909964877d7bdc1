import fs from 'node:fs';
import path from 'node:path';
import { copyFileWhole, readJson, readText, writeFileWhole } from './files.mjs';
import { nodeModules, root, venv } from './paths.mjs';

const source = path.join(root, 'scripts', 'labextension');
const target = path.join(venv, 'share', 'jupyter', 'labextensions', 'xkd-figures');
const written = fs
  .readdirSync(source, { recursive: true })
  .filter((file) => fs.statSync(path.join(source, file)).isFile());
const plotlySource = path.join(nodeModules, 'plotly.js-dist-min', 'plotly.min.js');
const plotlyTarget = path.join(target, 'static', 'plotly.min.js');
const pageConfigFile = path.join(venv, 'etc', 'jupyter', 'labconfig', 'page_config.json');
/** The choice between two renderers of one type would be random, so that of PyPI's `plotly` is disabled. */
const otherRenderer = '@jupyterlab/plotly-extension:factory';

/**
 * JupyterLab's renderer of Plotly figures, which redraws them in place, and the code that reconnects pages to running
 * cells.
 */
export const labextension = {
  title: 'Live figures',
  isDone: () =>
    written.every((file) => readText(path.join(target, file)) === readText(path.join(source, file))) &&
    size(plotlyTarget) === size(plotlySource) &&
    pageConfig().disabledExtensions?.[otherRenderer] === true,
  async run(line) {
    for (const file of written) writeFileWhole(path.join(target, file), readText(path.join(source, file)));
    copyFileWhole(plotlySource, plotlyTarget);
    const config = pageConfig();
    const disabledExtensions = { ...config.disabledExtensions, [otherRenderer]: true };
    writeFileWhole(pageConfigFile, `${JSON.stringify({ ...config, disabledExtensions }, null, 2)}\n`);
    line.update(1, 'JupyterLab extension in .venv');
  },
};

function pageConfig() {
  return readJson(pageConfigFile) ?? {};
}

function size(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.size;
}
