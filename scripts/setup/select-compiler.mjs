export const ziglang = 'ziglang==0.17.1';

/** Names of the C++ compiler on different systems; the first one found is used. */
export const compilerNames = ['c++', 'g++', 'clang++'];

/**
 * Chooses the C++ compiler from given facts only: `{ cxx, found, platform, hasXcodeTools }`, where cxx is the user's
 * CXX and found lists the compilers on PATH. Returns `{ command, args, kind }`, kind 'system' or 'ziglang'.
 */
export function selectCompiler({ cxx, found, platform, hasXcodeTools = true }) {
  if (cxx) {
    const [command, ...args] = cxx.split(/\s+/);
    return { kind: 'system', command, args };
  }
  // Without Apple's tools, macOS has programs of these names that only open a window.
  const usable = platform === 'darwin' && !hasXcodeTools ? [] : found;
  const command = compilerNames.find((name) => usable.includes(name));
  if (command) return { kind: 'system', command, args: [] };
  return { kind: 'ziglang', command: 'python', args: ['-m', 'ziglang', 'c++'] };
}
