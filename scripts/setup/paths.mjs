import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

const inRoot = (...parts) => path.join(root, ...parts);

export const nodeModules = inRoot('node_modules');
export const tfjsNode = inRoot('node_modules', '@tensorflow', 'tfjs-node-gpu');
/** Where tfjs-node looks for its addon on every Node since 12. */
export const placedAddon = path.join(tfjsNode, 'lib', 'napi-v8', 'tfjs_binding.node');

export const venv = inRoot('.venv');
export const venvPython = path.join(venv, 'bin', 'python');
export const kernelSpecFolder = path.join(venv, 'share', 'jupyter', 'kernels', 'tslab');

/** All native files that set-up downloads or compiles. */
export const native = inRoot('.native');
export const nativeLibraries = path.join(native, 'lib');
export const nativeHeaders = path.join(native, 'include');
export const nativeAddons = path.join(native, 'addon');
export const compiledAddon = path.join(nativeAddons, 'tfjs_binding.node');
export const backendFile = path.join(native, 'backend.json');
export const ffmpegFile = path.join(native, 'ffmpeg.json');
export const mpiFile = path.join(native, 'mpi.json');
/** Unfinished work; emptied whenever set-up starts. */
export const scratch = path.join(native, 'tmp');

export const requirements = inRoot('scripts', 'requirements.txt');
export const mpiRequirements = inRoot('scripts', 'requirements-mpi.txt');
export const cudaRequirements = inRoot('scripts', 'requirements-cuda.txt');
export const lockFile = inRoot('package-lock.json');
export const notebooks = inRoot('notebooks');
