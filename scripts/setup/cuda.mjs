import fs from 'node:fs';
import path from 'node:path';
import { explainFailure, SetupError } from './failure.mjs';
import { fingerprint, folderBytes, readText, writeFileWhole } from './files.mjs';
import { cudaRequirements, native, root, venv } from './paths.mjs';
import { pip } from './pip.mjs';
import { sitePackages } from './python-packages.mjs';

const stamp = path.join(venv, '.xkd-cuda');
const link = path.join(native, 'nvidia');
/** What is downloaded and unpacked, together; only the bar's measure. */
const expectedBytes = 7e9;

/**
 * CUDA and cuDNN from NVIDIA's wheels. TensorFlow's libraries look for them in ../nvidia beside their own folder,
 * so a link there is all the library path that is needed.
 */
export const cuda = {
  title: 'CUDA libraries',
  isDone: () => readText(stamp) === stampText() && fs.existsSync(link),
  async run(line) {
    const installed = () => path.join(sitePackages() ?? '', 'nvidia');
    const onBytes = (bytes) => {
      line.update((bytes + folderBytes(installed())) / expectedBytes, 'CUDA and cuDNN, several GB');
    };
    const { code, output } = await pip(['install', '--no-cache-dir', '-r', cudaRequirements], { onBytes });
    if (code !== 0) throw explainFailure('CUDA libraries', output);
    if (!fs.existsSync(installed())) {
      throw new SetupError(
        'The CUDA libraries are not where they should be: remove .venv and run the command again.',
      );
    }
    fs.mkdirSync(native, { recursive: true });
    fs.rmSync(link, { recursive: true, force: true });
    fs.symlinkSync(path.relative(native, installed()), link);
    writeFileWhole(stamp, stampText());
  },
};

function stampText() {
  return fingerprint({ file: cudaRequirements }, root);
}
