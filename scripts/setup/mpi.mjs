import fs from 'node:fs';
import path from 'node:path';
import { execute } from './execute.mjs';
import { explainFailure, SetupError } from './failure.mjs';
import { fingerprint, readJson, writeFileWhole } from './files.mjs';
import { isProgram, onPath } from './machine.mjs';
import { mpiFile, mpiRequirements, native } from './paths.mjs';
import { pip } from './pip.mjs';

const wheelFolder = () => path.join(native, `mpich-${fingerprint({ file: mpiRequirements }).slice(0, 12)}`);
/** Names of the library with the standard binary interface; the wheel's plain name is a text, not a library. */
const libraryNames = [
  'libmpi_abi.so.1',
  'libmpi_abi.so.0',
  'libmpi_abi.1.dylib',
  'libmpi_abi.so',
  'libmpi_abi.dylib',
];

/**
 * The MPI of runs on several processes, written to .native/mpi.json: XKD_MPI (a library or the folder of an
 * installation), the system's if it has the standard binary interface, or PyPI's mpich. Only set up when first asked for.
 */
export const mpi = {
  title: 'MPI',
  isDone() {
    const chosen = readJson(mpiFile);
    return (
      chosen !== undefined && chosen.asked === (process.env.XKD_MPI ?? '') && fs.existsSync(chosen.library)
    );
  },
  async run(line) {
    const asked = process.env.XKD_MPI ?? '';
    const own = asked ? installation(asked) : undefined;
    if (asked && !own)
      throw new SetupError(
        `XKD_MPI names "${asked}", where there is no libmpi_abi: set it to the folder of an MPI with the standard binary interface, or unset it.`,
      );
    const found = own ?? systemMpi() ?? (await fromWheel(line));
    writeFileWhole(mpiFile, `${JSON.stringify({ ...found, asked }, null, 2)}\n`);
    line.update(1, found.library);
  },
};

/** `{ library, mpiexec }` of an installation's folder, or of a library; undefined without one. */
function installation(place) {
  const isFile = fs.statSync(place, { throwIfNoEntry: false })?.isFile() === true;
  const prefix = isFile ? path.dirname(path.dirname(place)) : place;
  const library = isFile ? place : libraryIn(prefix);
  if (library === undefined) return undefined;
  const program = path.join(prefix, 'bin', 'mpiexec');
  return { library, mpiexec: isProgram(program) ? program : (onPath('mpiexec') ?? null) };
}

function libraryIn(prefix) {
  const folders = ['lib', 'lib64'].map((name) => path.join(prefix, name));
  const files = folders.flatMap((folder) => libraryNames.map((name) => path.join(folder, name)));
  return files.find((file) => fs.existsSync(file));
}

/** The MPI whose mpiexec is first on PATH, if it has the interface. */
function systemMpi() {
  const program = onPath('mpiexec');
  return program === undefined
    ? undefined
    : installation(path.dirname(path.dirname(fs.realpathSync(program))));
}

async function fromWheel(line) {
  const folder = wheelFolder();
  if (libraryIn(folder) === undefined) {
    const names = fs.readFileSync(mpiRequirements, 'utf8').trim();
    line.update(0.1, `none on this machine, fetching ${names}`);
    const half = `${folder}.${process.pid}`;
    const onBytes = (bytes) => line.update(0.1 + 0.8 * Math.min(1, bytes / 13e6));
    const words = ['install', '--no-deps', '--ignore-installed', '--prefix', half, '-r', mpiRequirements];
    const { code, output } = await pip(words, { onBytes });
    if (code !== 0) {
      fs.rmSync(half, { recursive: true, force: true });
      throw explainFailure('MPI', output);
    }
    fs.rmSync(folder, { recursive: true, force: true });
    fs.renameSync(half, folder);
  }
  const found = installation(folder);
  const { code } = found?.mpiexec ? await execute(found.mpiexec, ['--version']) : { code: 1 };
  if (code !== 0)
    throw new SetupError(
      "PyPI's mpich does not run here: install an MPI with the standard binary interface (libmpi_abi) and set XKD_MPI to its folder.",
    );
  return found;
}
