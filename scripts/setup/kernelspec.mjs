import path from 'node:path';
import { nodeFlags } from '../tfjs-node/environment.js';
import { readText, writeFileWhole } from './files.mjs';
import { kernelSpecFolder, nodeModules, root, venv } from './paths.mjs';

const specFile = path.join(kernelSpecFolder, 'kernel.json');
const labSettingsFile = path.join(venv, 'share', 'jupyter', 'lab', 'settings', 'overrides.json');
/** Loaded by Node before tslab, for what tslab lacks. */
const patchFile = path.join(root, 'scripts', 'kernel', 'patch.cjs');

/** The TypeScript kernel, with this checkout's absolute paths, and JupyterLab's own settings. */
export const kernelspec = {
  title: 'TypeScript kernel',
  isDone: () => readText(specFile) === specText() && readText(labSettingsFile) === labSettingsText(),
  async run(line) {
    writeFileWhole(specFile, specText());
    writeFileWhole(labSettingsFile, labSettingsText());
    line.update(1, 'tslab in .venv');
  },
};

/** The kernel's description as Jupyter reads it. */
export function kernelDescription(node) {
  return {
    argv: [
      node,
      ...nodeFlags,
      '-r',
      patchFile,
      path.join(nodeModules, 'tslab', 'bin', 'tslab'),
      'kernel',
      '--config-path',
      '{connection_file}',
    ],
    display_name: 'TypeScript',
    language: 'typescript',
    interrupt_mode: 'signal',
    env: { NODE_PATH: nodeModules },
  };
}

function specText() {
  return `${JSON.stringify(kernelDescription(process.execPath), null, 2)}\n`;
}

/** No questions about news and updates. */
function labSettingsText() {
  const settings = {
    '@jupyterlab/apputils-extension:notification': {
      checkForUpdates: false,
      doNotDisturbMode: false,
      fetchNews: 'false',
    },
  };
  return `${JSON.stringify(settings, null, 2)}\n`;
}
