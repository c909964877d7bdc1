import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = dirname(fileURLToPath(import.meta.url));
const root = join(source, '../..');

/** Installs the renderer of figures into a Python environment; repeating it refreshes the files. */
export function installLabextension(venv = join(root, '.venv')) {
  const target = join(venv, 'share/jupyter/labextensions/xkd-figures');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  cpSync(join(source, 'package.json'), join(target, 'package.json'));
  cpSync(join(source, 'static'), join(target, 'static'), { recursive: true });
  cpSync(join(root, 'node_modules/plotly.js-dist-min/plotly.min.js'), join(target, 'static/plotly.min.js'));
  disableOtherRenderer(join(venv, 'etc/jupyter/labconfig/page_config.json'));
}

/** Two renderers of one type would be chosen between by chance: where PyPI's `plotly` is there, its one stands back. */
function disableOtherRenderer(path) {
  let config = {};
  try {
    config = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    mkdirSync(dirname(path), { recursive: true });
  }
  const disabledExtensions = { ...config.disabledExtensions, '@jupyterlab/plotly-extension:factory': true };
  writeFileSync(path, `${JSON.stringify({ ...config, disabledExtensions }, null, 2)}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) installLabextension();
