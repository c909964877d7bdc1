import { NoLibav } from './libav/runDecoder';

let isMissing = false;

/**
 * True if files are decoded with libav (through the package `node-av`). Otherwise ffmpeg decodes: on systems
 * for which that package has no library, and where `XKD_DECODER=ffmpeg` requests it.
 */
export function hasLibav(): boolean {
  if (isMissing || process.env.XKD_DECODER === 'ffmpeg') return false;
  return libraryPackages().some((name) => {
    try {
      require.resolve(`${name}/package.json`);
      return true;
    } catch {
      return false;
    }
  });
}

/** Records that libav cannot be loaded; rethrows any other error. */
export function withoutLibav(error: unknown): void {
  if (!(error instanceof NoLibav)) throw error;
  isMissing = true;
}

/** Packages that provide libav for this system. */
function libraryPackages(): string[] {
  const name = `@seydx/node-av-${process.platform}-${process.arch}`;
  return process.platform === 'win32' ? [`${name}-msvc`, `${name}-mingw`] : [name];
}
