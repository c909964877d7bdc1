import { NoLibav } from './libav/runDecoder';

let isMissing = false;

/**
 * Whether files are decoded with libav (by the package `node-av`). Otherwise ffmpeg does it: on systems for which that
 * package has no library, and where `XKD_DECODER=ffmpeg` asks for it.
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

/** Remembers that libav cannot be loaded; throws on any other error. */
export function withoutLibav(error: unknown): void {
  if (!(error instanceof NoLibav)) throw error;
  isMissing = true;
}

/** Packages that bring libav for this system. */
function libraryPackages(): string[] {
  const name = `@seydx/node-av-${process.platform}-${process.arch}`;
  return process.platform === 'win32' ? [`${name}-msvc`, `${name}-mingw`] : [name];
}
