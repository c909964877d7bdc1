import fs from 'node:fs';
import path from 'node:path';
import { explainFailure } from './failure.mjs';
import { fingerprint, readText, writeFileWhole } from './files.mjs';
import { requirements, root, venv } from './paths.mjs';
import { pip } from './pip.mjs';

const stamp = path.join(venv, '.xkd-packages');
/** Number of packages for JupyterLab and its dependencies; only used for the progress bar. */
const expectedPackages = 95;

/** JupyterLab, nbconvert, the renderer of Plotly figures and the widgets, at the versions of requirements.txt. */
export const pythonPackages = {
  title: 'Python packages',
  isDone: () => readText(stamp) === stampText(),
  async run(line) {
    const names = fs.readFileSync(requirements, 'utf8').trim().split('\n').join(', ');
    let collected = 0;
    const onText = (text) => {
      collected += text.split('\n').filter((row) => row.startsWith('Collecting ')).length;
      // Collecting takes half of the time; the other half is unpacking, on which pip reports nothing.
      const share = (collected / expectedPackages) * 0.5;
      line.update(share + (/Installing collected/.test(text) ? 0.1 : 0), names);
    };
    const look = () =>
      line.update(
        0.5 * Math.min(1, collected / expectedPackages) + 0.5 * (installed() / expectedPackages),
        names,
      );
    const { code, output } = await pip(['install', '-r', requirements], { onText, onBytes: look });
    if (code !== 0) throw explainFailure('Python packages', output);
    writeFileWhole(stamp, stampText());
    line.update(1, names);
  },
};

/** The environment's site-packages folder, or undefined. */
export function sitePackages() {
  const lib = path.join(venv, 'lib');
  const python = fs.existsSync(lib)
    ? fs.readdirSync(lib).find((name) => name.startsWith('python'))
    : undefined;
  return python ? path.join(lib, python, 'site-packages') : undefined;
}

function installed() {
  const folder = sitePackages();
  return folder && fs.existsSync(folder)
    ? fs.readdirSync(folder).filter((name) => name.endsWith('.dist-info')).length
    : 0;
}

function stampText() {
  return fingerprint({ file: requirements }, root);
}
