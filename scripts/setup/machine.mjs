import fs from 'node:fs';
import path from 'node:path';
import { execFileSync } from 'node:child_process';

/** The facts that determine the build of TensorFlow. XKD_DEVICE ('cpu' or 'gpu') overrides the check for a driver. */
export function machineFacts() {
  const wish = process.env.XKD_DEVICE;
  return {
    platform: process.platform,
    arch: process.arch,
    glibc: process.platform === 'linux' ? glibcVersion() : undefined,
    hasNvidiaDriver: hasNvidiaDriver(),
    wish: wish === 'cpu' || wish === 'gpu' ? wish : undefined,
  };
}

/** True if an NVIDIA driver is loaded: its /proc entry, its library (also in WSL2), or nvidia-smi exists. */
export function hasNvidiaDriver() {
  if (process.platform !== 'linux') return false;
  if (fs.existsSync('/proc/driver/nvidia/version')) return true;
  const folders = [
    '/usr/lib/x86_64-linux-gnu',
    '/usr/lib64',
    '/usr/lib',
    '/usr/lib/wsl/lib',
    '/usr/local/nvidia/lib64',
  ];
  folders.push(...(process.env.LD_LIBRARY_PATH ?? '').split(':').filter(Boolean));
  if (folders.some((folder) => fs.existsSync(path.join(folder, 'libcuda.so.1')))) return true;
  return onPath('nvidia-smi') !== undefined;
}

/** The first program of this name on PATH, or undefined. */
export function onPath(name) {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, name);
    if (folder && isProgram(file)) return file;
  }
  return undefined;
}

export function isProgram(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

function glibcVersion() {
  try {
    const text = execFileSync('getconf', ['GNU_LIBC_VERSION'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const version = /glibc (\d+\.\d+)/.exec(text)?.[1];
    if (version) return version;
  } catch {
    // Without getconf, Node knows the C library that it runs on.
  }
  return process.report.getReport().header.glibcVersionRuntime;
}
