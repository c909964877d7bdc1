import fs from 'node:fs';
import path from 'node:path';
import { explainFailure, SetupError } from './failure.mjs';
import { fingerprint, folderBytes, readText, writeFileWhole } from './files.mjs';
import { cudaRequirements, native, root, venv } from './paths.mjs';
import { pip } from './pip.mjs';
import { sitePackages } from './python-packages.mjs';

const stamp = path.join(venv, '.xkd-cuda');
const link = path.join(native, 'nvidia');
/** Total size downloaded and unpacked; only used for the progress bar. */
const expectedBytes = 7e9;

/**
 * Libraries that TensorFlow opens but does not look for where NVIDIA's wheel puts them (its Python part would load them
 * beforehand), and the wheel's folder in which it does look. If one of them is missing, it uses no GPU at all.
 */
const misplaced = [{ library: 'libcusolver.so.11', from: 'cusolver', to: 'cusparse' }];

/**
 * CUDA and cuDNN from NVIDIA's wheels. TensorFlow's libraries look for them in ../nvidia beside their own folder, so a
 * link there is enough, without a library path.
 */
export const cuda = {
  title: 'CUDA libraries',
  isDone: () => readText(stamp) === stampText() && fs.existsSync(link) && misplaced.every(isReached),
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
    misplaced.forEach((each) => reach(each, installed()));
    writeFileWhole(stamp, stampText());
  },
};

/** Links a library to where TensorFlow looks; the library's own dependencies are found from there as well. */
export function reach({ library, from, to }, wheels) {
  const place = path.join(wheels, to, 'lib', library);
  fs.rmSync(place, { force: true });
  fs.symlinkSync(path.join('..', '..', from, 'lib', library), place);
}

function isReached({ library, to }) {
  return fs.existsSync(path.join(link, to, 'lib', library));
}

function stampText() {
  return fingerprint({ file: cudaRequirements }, root);
}
