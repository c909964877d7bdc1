import path from 'node:path';
import { nodeFlags } from '../../lib/tfjs-node/environment.js';
import { readText, writeFileWhole } from './files.mjs';
import { kernelSpecFolder, nodeModules, root, venv } from './paths.mjs';

const specFile = path.join(kernelSpecFolder, 'kernel.json');
const labSettingsFile = path.join(venv, 'share', 'jupyter', 'lab', 'settings', 'overrides.json');
const kernelFile = path.join(root, 'scripts', 'kernel', 'main.cjs');
const serverFolder = path.join(venv, 'etc', 'jupyter');
const serverCode = 'jupyter_server_config.py';

/**
 * No questions about news and updates, and a longer timeout (10 s) for completions of a kernel that has just started or
 * is computing: after 1 s JupyterLab would offer only the words of the cell.
 */
const labSettings = {
  '@jupyterlab/completer-extension:manager': { providerTimeout: 10_000 },
  '@jupyterlab/apputils-extension:notification': {
    checkForUpdates: false,
    doNotDisturbMode: false,
    fetchNews: 'false',
  },
};

/** The TypeScript kernel, with this checkout's absolute paths, and JupyterLab's own settings. */
export const kernelspec = {
  title: 'TypeScript kernel',
  isDone: () => settings().every(([file, text]) => readText(file) === text),
  async run(line) {
    for (const [file, text] of settings()) writeFileWhole(file, text);
    line.update(1, 'tslab in .venv');
  },
};

/** The kernel's description as Jupyter reads it. */
export function kernelDescription(node) {
  return {
    argv: [node, ...nodeFlags, kernelFile, '{connection_file}'],
    display_name: 'TypeScript',
    language: 'typescript',
    interrupt_mode: 'message',
    env: { NODE_PATH: nodeModules },
  };
}

/** The files that Jupyter reads, with their contents. */
function settings() {
  const files = [
    [specFile, kernelDescription(process.execPath)],
    [labSettingsFile, labSettings],
  ];
  return [
    ...files.map(([file, content]) => [file, `${JSON.stringify(content, null, 2)}\n`]),
    [path.join(serverFolder, serverCode), readText(path.join(root, 'scripts', 'setup', serverCode))],
  ];
}
